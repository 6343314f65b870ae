import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../testing/eventually.js';
import { freePort } from './free-port.js';

const program = 'nats-server';

/** Why there is no server for tests; `undefined` if there is one. Where all servers are required, that is an error. */
export function whyNoNats(): string | undefined {
  if (spawnSync(program, ['--version']).error === undefined) return undefined;
  const reason = `\`${program}\` is not installed`;
  if (process.env.ANYWISE_TEST_SERVERS === 'required')
    throw new Error(`ANYWISE_TEST_SERVERS is \`required\`, but ${reason}.`);
  return reason;
}

/** A NATS server of the tests' own, on a free port, which keeps its data when it is killed. */
export interface NatsServer extends AsyncDisposable {
  readonly place: string;
  /** `kill -9`, and a new process on the same data. */
  restart(): Promise<void>;
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** @param configuration further lines of its configuration file. */
export async function startNats(configuration: readonly string[] = []): Promise<NatsServer> {
  const folder = mkdtempSync(join(tmpdir(), 'anywise-nats-'));
  const port = await freePort();
  const file = join(folder, 'nats.conf');
  const lines = [
    `listen: "127.0.0.1:${port}"`,
    `jetstream: { store_dir: ${JSON.stringify(folder)} }`,
    'max_payload: 8MB',
  ];
  writeFileSync(file, [...lines, ...configuration].join('\n'));
  let running: ChildProcess | undefined;
  const server: NatsServer = {
    place: `127.0.0.1:${port}`,
    async start() {
      running = spawn(program, ['--config', file], { stdio: 'ignore' });
      await eventually(() => answers(port));
    },
    async kill() {
      const killed = running;
      running = undefined;
      if (!killed?.kill('SIGKILL')) return;
      await once(killed, 'exit');
    },
    async restart() {
      await server.kill();
      await server.start();
    },
    async [Symbol.asyncDispose]() {
      await server.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}

/** Whether it greets, as it does once JetStream has recovered. */
async function answers(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'data');
  } finally {
    socket.destroy();
  }
}
