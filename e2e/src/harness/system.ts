import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { signToken } from '@anywise/service';
import type { Databases, StoreKind } from '../databases/databases.js';
import { openDatabases } from '../databases/open.js';
import { workspace } from './bundle.js';
import { startProcess, type Process } from './process.js';
import { sourceEnv, startProgram } from './program.js';

export type Slice = 'payments' | 'orders';

/** A service's process. */
export interface Service extends Process {
  /** The URL at which it accepts requests. Rejects if it ends before that. */
  url(): Promise<string>;
}

/** Everything that the services share. It ends together with all processes started in it. */
export interface System extends AsyncDisposable {
  readonly databases: Databases;
  readonly token: string;
  /** The token of another user, who may have a role. */
  tokenOf(user: string, role?: string): Promise<string>;
  /** Starts a service, on a free port. */
  start(slice: Slice, env?: NodeJS.ProcessEnv): Service;
  /** Starts all services in one process, on free ports. Each of them is that process. */
  startTogether(env?: NodeJS.ProcessEnv): Readonly<Record<Slice, Service>>;
  /** Runs any command in the workspace, as the leader of a process group. */
  run(command: string, args: readonly string[], env?: NodeJS.ProcessEnv): Process;
}

/**
 * @param places where its services keep everything, or the kind of new ones. Either ends with the system.
 * @param isFromSource whether each module of a service is loaded by itself, so that what records it can change it.
 */
export async function createSystem(
  places: StoreKind | Databases = 'sqlite',
  { isFromSource = false }: { readonly isFromSource?: boolean } = {},
): Promise<System> {
  const databases = typeof places === 'string' ? await openDatabases(places) : places;
  const secret = randomUUID();
  const env = {
    ...process.env,
    ...sourceEnv,
    ANYWISE_STORE: databases.storeUrl,
    ANYWISE_TRANSPORT: databases.transportUrl,
    AUTH_SECRET: secret,
    DASHBOARD_PORT: '0',
    PAYMENTS_PORT: '0',
    ORDERS_PORT: '0',
    TODOS_PORT: '0',
  };
  const tokenOf = (user: string, role?: string) => signToken({ user, role, secret, expiresInSeconds: 3600 });
  const processes: Process[] = [];
  let ended = false;
  /** @param folder in which folder of the services its `main.ts` is. */
  const startFolder = (folder: string, changes: NodeJS.ProcessEnv): Process => {
    if (ended) throw new Error('The system has ended.');
    const cwd = join(workspace, 'services', folder);
    const program = pathToFileURL(join(cwd, 'src/main.ts'));
    const started = startProgram(program, { cwd, env: { ...env, ...changes }, isFromSource });
    processes.push(started);
    return started;
  };
  return {
    databases,
    token: await tokenOf('ada'),
    tokenOf,
    start: (slice, changes = {}) => asService(slice, startFolder(slice, changes)),
    startTogether(changes = {}) {
      const all = startFolder('all', changes);
      return { payments: asService('payments', all), orders: asService('orders', all) };
    },
    run(command, args, changes = {}) {
      const running = startProcess({ command, args, cwd: workspace, env: { ...env, ...changes }, detached: true });
      processes.push(running);
      return running;
    },
    async [Symbol.asyncDispose]() {
      ended = true;
      await Promise.all(processes.map((running) => running.kill()));
      await databases[Symbol.asyncDispose]();
    },
  };
}

function asService(slice: Slice, started: Process): Service {
  const listening = started.find((line) => readUrl(slice, line));
  let ended = false;
  void started.ended.then(() => (ended = true));
  // Not every caller awaits it.
  listening.catch(() => undefined);
  const url = (): Promise<string> =>
    ended ? Promise.reject(new Error(`${slice} has ended:\n${started.output}`)) : listening;
  return Object.create(started, { url: { value: url } }) as Service;
}

/** The service's log line with the URL at which it accepts requests. */
function readUrl(slice: Slice, line: string): string | undefined {
  if (!line.startsWith('{')) return undefined;
  const { service, url } = JSON.parse(line) as { readonly service?: string; readonly url?: string };
  return service === slice ? url : undefined;
}
