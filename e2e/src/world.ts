import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DatabaseSync } from '@photostructure/sqlite';
import { signToken } from '@anywise/service';
import { startProcess, type Process } from './process.js';

export type Slice = 'payments' | 'orders';

/** A service's process. */
export interface Service extends Process {
  /** Where it takes requests. Rejects where it ends before it does. */
  url(): Promise<string>;
}

/** Everything that the services share on one machine; it ends with all that was started in it. */
export interface World extends AsyncDisposable {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly token: string;
  /** Starts a service from its source, on a free port. */
  start(slice: Slice, env?: NodeJS.ProcessEnv): Service;
  /** Runs any command in the workspace, as the leader of a process group. */
  run(command: string, args: readonly string[], env?: NodeJS.ProcessEnv): Process;
  /** The rows of a service's database, or of the bus between them, as they are in the files now. */
  rows<Row>(database: Slice | 'bus', sql: string): Row[];
}

export const workspace = fileURLToPath(new URL('../..', import.meta.url));

const nodeArguments = [
  ...['--import', import.meta.resolve('tsx')],
  ...['--import', new URL('../../tools/dev/src/tether.ts', import.meta.url).href],
  '--conditions=@anywise/source',
];

export async function createWorld(): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'anywise-e2e-'));
  const secret = randomUUID();
  const env = {
    ...process.env,
    TSX_TSCONFIG_PATH: join(workspace, 'tsconfig.base.json'),
    ANYWISE_STORE: `sqlite:${folder}`,
    ANYWISE_TRANSPORT: `sqlite:${join(folder, 'bus.db')}`,
    AUTH_SECRET: secret,
    PAYMENTS_PORT: '0',
    ORDERS_PORT: '0',
  };
  const processes: Process[] = [];
  let ended = false;
  return {
    folder,
    env,
    token: await signToken({ user: 'ada', secret, expiresInSeconds: 3600 }),
    start(slice, changes = {}) {
      if (ended) throw new Error('The world has ended.');
      const service = startService(slice, { ...env, ...changes });
      processes.push(service);
      return service;
    },
    run(command, args, changes = {}) {
      const running = startProcess({ command, args, cwd: workspace, env: { ...env, ...changes }, detached: true });
      processes.push(running);
      return running;
    },
    rows: (database, sql) => readRows(join(folder, `${database}.db`), sql),
    async [Symbol.asyncDispose]() {
      ended = true;
      await Promise.all(processes.map((running) => running.kill()));
      rmSync(folder, { recursive: true });
    },
  };
}

function startService(slice: Slice, env: NodeJS.ProcessEnv): Service {
  const started = startProcess({
    command: process.execPath,
    args: [...nodeArguments, 'src/main.ts'],
    cwd: join(workspace, 'services', slice),
    env,
    tethered: true,
  });
  const listening = started.find(readUrl);
  let ended = false;
  void started.ended.then(() => (ended = true));
  // Not everybody asks for it.
  listening.catch(() => undefined);
  return Object.assign(started, {
    url: () => (ended ? Promise.reject(new Error(`${slice} has ended:\n${started.output}`)) : listening),
  });
}

/** The service's log line that says where it takes requests. */
function readUrl(line: string): string | undefined {
  if (!line.startsWith('{')) return undefined;
  const { url } = JSON.parse(line) as { readonly url?: string };
  return url;
}

function readRows<Row>(file: string, sql: string): Row[] {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return database.prepare(sql).all() as Row[];
  } finally {
    database.close();
  }
}
