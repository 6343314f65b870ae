import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from 'anywise/testing';

const program = 'nats-server';

/** Whether tests can have a NATS server. Where all servers are required, it is an error that they cannot. */
export function hasNats(): boolean {
  if (spawnSync(program, ['--version']).error === undefined) return true;
  if (process.env.ANYWISE_TEST_SERVERS === 'required') throw new Error(`\`${program}\` is not installed.`);
  return false;
}

/** A NATS server of a test's own, which keeps its data when it is killed. */
export interface Nats extends AsyncDisposable {
  readonly url: string;
  kill(): Promise<void>;
  start(): Promise<void>;
}

export async function startNats(): Promise<Nats> {
  const folder = mkdtempSync(join(tmpdir(), 'anywise-dashboard-nats-'));
  const port = await freePort();
  const file = join(folder, 'nats.conf');
  writeFileSync(file, `listen: "127.0.0.1:${port}"\njetstream: { store_dir: ${JSON.stringify(folder)} }\n`);
  let running: ChildProcess | undefined;
  const nats: Nats = {
    url: `nats://127.0.0.1:${port}`,
    async start() {
      running = spawn(program, ['--config', file], { stdio: 'ignore' });
      await eventually(() => greets(port));
    },
    async kill() {
      const killed = running;
      running = undefined;
      if (killed?.kill('SIGKILL') === true) await once(killed, 'exit');
    },
    async [Symbol.asyncDispose]() {
      await nats.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await nats.start();
  return nats;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

async function greets(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'data');
  } finally {
    socket.destroy();
  }
}
