// A process of its own, because code that was loaded stays as it was: it loads the services of a workspace as they are now,
// starts nothing of them, and sends the catalog of their messages to the process that started it.
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ServiceDefinition } from '@anywise/service';
import { Anywise } from 'anywise';
import { catalog, type ServiceFacts } from 'anywise/docs';
import { findManifests } from './workspace.js';

const [workspace = process.cwd()] = process.argv.slice(2);
// The files of handlers and listeners are told as seen from here.
process.chdir(workspace);
const found = await Promise.all(findManifests(workspace).map((manifest) => factsOf(dirname(manifest))));
const facts = found.filter((each) => each !== undefined);
process.send?.(catalog(facts), () => process.disconnect());

/** One that cannot be loaded says why in its own log. */
async function factsOf(folder: string): Promise<ServiceFacts | undefined> {
  const file = join(folder, 'src/app.ts');
  if (!existsSync(file)) return undefined;
  try {
    const { app } = (await import(pathToFileURL(file).href)) as { readonly app: ServiceDefinition };
    const { contracts, registry, routes } = app;
    const bus = new Anywise({ name: basename(folder), contracts, registries: [registry] });
    return { description: bus.describe(), contracts, routes };
  } catch {
    return undefined;
  }
}
