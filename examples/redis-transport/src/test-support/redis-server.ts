import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from 'anywise/testing';
import { Redis } from 'ioredis';

const program = 'redis-server';

/** Why there is no server for tests; `undefined` if there is one. Where all servers are required, that is an error. */
export function whyNoRedis(): string | undefined {
  if (spawnSync(program, ['--version']).error === undefined) return undefined;
  const reason = `\`${program}\` is not installed`;
  if (process.env.ANYWISE_TEST_SERVERS === 'required')
    throw new Error(`ANYWISE_TEST_SERVERS is \`required\`, but ${reason}.`);
  return reason;
}

/** A server of the tests' own, on a free port, which keeps its data when it is killed if its settings say so. */
export interface RedisServer extends AsyncDisposable {
  readonly url: string;
  /** Runs commands on it, as an administrator or a stranger would. */
  withClient<T>(work: (client: Redis) => Promise<T>): Promise<T>;
  /** Ends the connections with a name. */
  disconnect(connectionName: string): Promise<void>;
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Freezes it, and lets it resume. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
}

export const durable = ['--appendonly', 'yes', '--appendfsync', 'always'];

/** @param settings as on the command line of the server. */
export async function startRedis(settings: readonly string[] = []): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'anywise-redis-'));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', ...settings];
  let running: ChildProcess | undefined;
  const server: RedisServer = {
    url,
    async withClient(work) {
      const client = new Redis(url, { retryStrategy: null, lazyConnect: true });
      client.on('error', () => undefined);
      try {
        await client.connect();
        return await work(client);
      } finally {
        if (client.status !== 'end') client.disconnect();
      }
    },
    disconnect: (name) =>
      server.withClient(async (client) => {
        const lines = String(await client.client('LIST')).split('\n');
        const ids = lines.filter((line) => line.includes(` name=${name} `)).map((line) => /^id=(\d+)/.exec(line)?.[1]);
        for (const id of ids) await client.client('KILL', 'ID', id ?? '');
      }),
    async start() {
      running = spawn(program, args, { stdio: 'ignore' });
      await eventually(() => server.withClient((client) => client.ping()));
    },
    async kill() {
      const killed = running;
      running = undefined;
      if (!killed?.kill('SIGKILL')) return;
      await once(killed, 'exit');
    },
    signal: (name) => void running?.kill(name),
    async [Symbol.asyncDispose]() {
      await server.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
