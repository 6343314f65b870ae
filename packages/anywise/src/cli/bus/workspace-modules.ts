import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The modules that say what the services of a workspace are made of: `services/<name>/src/app.ts`, sorted. */
export function workspaceModules(workspace: string): readonly string[] {
  const services = join(workspace, 'services');
  if (!existsSync(services)) return [];
  return readdirSync(services)
    .sort()
    .map((name) => join(services, name, 'src', 'app.ts'))
    .filter((path) => existsSync(path));
}
