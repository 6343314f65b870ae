import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ServiceDefinition } from '@anywise/service';
import { Anywise, memoryStore, type BusDescription, type Contract } from 'anywise';
import { findManifests } from '../workspace.js';
import { usesIn, type Find, type Use } from './uses.js';

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

export interface ReadOptions {
  /** Leaves out services and files of contracts that cannot be loaded, such as those half written. @defaultValue false */
  readonly skipsBroken?: boolean;
}

/**
 * Loads the contracts and the services of a workspace, and reads the source of the services.
 *
 * @throws whatever their code throws, unless what is broken is left out.
 */
export async function readWorkspace(root: string, { skipsBroken = false }: ReadOptions = {}): Promise<WorkspaceCode> {
  const attempt: Attempt = async (read) => (skipsBroken ? read().catch(() => undefined) : read());
  const { contracts, find } = await readContracts(join(root, 'packages/contracts'), attempt);
  const folders = findManifests(root)
    .map((manifest) => dirname(manifest))
    .sort()
    .filter((folder) => existsSync(join(folder, 'src/app.ts')));
  const services: ServiceCode[] = [];
  for (const folder of folders) {
    const service = await attempt(() => readService(root, folder, find));
    if (service !== undefined) services.push(service);
  }
  return { contracts, services };
}

type Attempt = <T>(read: () => Promise<T>) => Promise<T | undefined>;
type Module = Readonly<Record<string, unknown>>;

async function readContracts(
  folder: string,
  attempt: Attempt,
): Promise<{ readonly contracts: readonly Contract[]; readonly find: Find }> {
  const modules = new Map<string, Module>();
  if (existsSync(folder)) {
    const { name } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { readonly name: string };
    for (const file of sourcesIn(join(folder, 'src'))) {
      const module = await attempt(() => load(file));
      const subpath = withSlashes(relative(join(folder, 'src'), file)).replace(/\.ts$/, '');
      if (module !== undefined) modules.set(subpath === 'index' ? name : `${name}/${subpath}`, module);
    }
  }
  const contracts = [...new Set([...modules.values()].flatMap((exports) => Object.values(exports).filter(isContract)))];
  const messages = new Map<unknown, ReturnType<Find>>(
    contracts.flatMap((contract) => [...contract.messages.values()].map((message) => [message, message])),
  );
  return { contracts, find: (module, exported) => messages.get(modules.get(module)?.[exported]) };
}

async function readService(root: string, folder: string, find: Find): Promise<ServiceCode> {
  const name = basename(folder);
  const { app } = await load(join(folder, 'src/app.ts'));
  if (!isService(app))
    throw new Error(`\`src/app.ts\` of \`${name}\` exports no \`app\` with contracts and a registry.`);
  // Every service has a store, so that its listeners run after the commit.
  const bus = new Anywise({ name, contracts: app.contracts, registries: [app.registry], store: memoryStore() });
  const uses = sourcesIn(join(folder, 'src')).flatMap((file) => {
    const shown = withSlashes(relative(root, file));
    return usesIn(readFileSync(file, 'utf8'), find).map((use) => ({ ...use, place: `${shown}:${use.line}` }));
  });
  return { name, description: bus.describe(), definition: app, uses };
}

async function load(file: string): Promise<Module> {
  return (await import(pathToFileURL(file).href)) as Module;
}

function isService(value: unknown): value is ServiceDefinition {
  const { contracts, registry } = Object(value) as Partial<ServiceDefinition>;
  return Array.isArray(contracts) && registry !== undefined;
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

function withSlashes(path: string): string {
  return path.replaceAll('\\', '/');
}
