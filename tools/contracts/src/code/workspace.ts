import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ServiceDefinition } from '@anywise/service';
import { Anywise, type BusDescription, type Contract } from 'anywise';
import { usesIn, type Imported, type Use } from './uses.js';

/** The workspace of this tool. */
export const ownWorkspace = fileURLToPath(new URL('../../../..', import.meta.url));

/** A use of a message, with the file: `services/orders/src/place-order/handler.ts:16`. */
export interface PlacedUse extends Use {
  readonly place: string;
}

/** A service, as its code describes it. Nothing of it is started. */
export interface ServiceCode {
  readonly name: string;
  readonly description: BusDescription;
  readonly definition: ServiceDefinition;
  /** What its source does with messages, tests left out. */
  readonly uses: readonly PlacedUse[];
}

/** Contracts and services of a workspace. */
export interface WorkspaceCode {
  readonly contracts: readonly Contract[];
  readonly services: readonly ServiceCode[];
}

/** Loads the contracts and the services of a workspace, and reads the source of the services. */
export async function readWorkspace(root: string): Promise<WorkspaceCode> {
  const folder = join(root, 'packages/contracts');
  const { name } = readJson(join(folder, 'package.json')) as { readonly name: string };
  const modules = new Map<string, Readonly<Record<string, unknown>>>();
  for (const file of sourcesIn(join(folder, 'src'))) {
    const subpath = relative(join(folder, 'src'), file).replace(/\.ts$/, '');
    modules.set(subpath === 'index' ? name : `${name}/${subpath}`, await load(file));
  }
  const contracts = [...new Set([...modules.values()].flatMap((exports) => Object.values(exports).filter(isContract)))];
  const find = (module: string, exported: string): Imported | undefined => {
    const found = modules.get(module)?.[exported];
    return contracts.flatMap(({ messages }) => [...messages.values()]).find((message) => message === found);
  };

  const services: ServiceCode[] = [];
  for (const service of foldersIn(join(root, 'services'))) {
    const path = join(root, 'services', service);
    if (!existsSync(join(path, 'src/app.ts'))) continue;
    const { app } = (await load(join(path, 'src/app.ts'))) as { readonly app: ServiceDefinition };
    const bus = new Anywise({ name: service, contracts: app.contracts, registries: [app.registry] });
    const uses = sourcesIn(join(path, 'src')).flatMap((file) => {
      const shown = relative(root, file).replaceAll('\\', '/');
      return usesIn(readFileSync(file, 'utf8'), find).map((use) => ({ ...use, place: `${shown}:${use.line}` }));
    });
    services.push({ name: service, description: bus.describe(), definition: app, uses });
  }
  return { contracts, services };
}

async function load(file: string): Promise<Readonly<Record<string, unknown>>> {
  return (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>;
}

function isContract(value: unknown): value is Contract {
  const { slice, messages } = Object(value) as Partial<Contract>;
  return typeof slice === 'string' && messages instanceof Map;
}

/** The source files of a folder, without tests and what only they use. */
function sourcesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return entry.name.startsWith('test') ? [] : sourcesIn(path);
      return /\.tsx?$/.test(entry.name) && !/\.(test|test-d|d)\.tsx?$/.test(entry.name) ? [path] : [];
    });
}

function foldersIn(folder: string): string[] {
  const entries = existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : [];
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
