import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream } from '@nats-io/jetstream';
import { connect, headers, type MsgHdrs } from '@nats-io/transport-node';
import { startProcess, type Process } from '../harness/process.js';
import type { Server, Stranger } from './server.js';
import { freePort } from '../harness/free-port.js';

const program = 'nats-server';
const startsWithinMs = 30_000;

/** A NATS server with JetStream, on a free port. */
export async function natsServer(): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'anywise-e2e-nats-'));
  const port = await freePort();
  const file = join(folder, 'nats.conf');
  writeFileSync(
    file,
    [
      `listen: "127.0.0.1:${port}"`,
      `jetstream: { store_dir: ${JSON.stringify(folder)} }`,
      'max_payload: 8MB',
      `log_file: ${JSON.stringify(join(folder, 'nats.log'))}`,
    ].join('\n'),
  );
  const server = `127.0.0.1:${port}`;
  let running: Process | undefined;
  return {
    port,
    folder,
    keepsForNewcomers: true,
    url: (through, prefix) => `nats://127.0.0.1:${through}?prefix=${prefix}`,
    async start() {
      running = startProcess({ command: program, args: ['--config', file], cwd: folder, env: process.env });
      await greets(server);
    },
    signal(signal) {
      void running?.kill(signal);
    },
    async end(signal) {
      await running?.kill(signal);
    },
    async write({ type, kind, text, disguise }: Stranger, prefix) {
      const connection = await connect({ servers: server, reconnect: false, timeout: 5_000 });
      try {
        const msgID = createHash('sha256').update(text).digest('hex');
        const { data, marks } = disguised(text, disguise);
        await jetstream(connection).publish(`${prefix}.${kind}.${type}`, data, { msgID, headers: marks, retries: 0 });
      } finally {
        await connection.close();
      }
    },
  };
}

/** Resolves once it takes connections, as it does when JetStream has recovered. */
async function greets(server: string): Promise<void> {
  const deadline = performance.now() + startsWithinMs;
  for (;;) {
    try {
      const connection = await connect({ servers: server, reconnect: false, timeout: 1_000 });
      await connection.close();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
  }
}

/** A message as one of the others on the server may send it. */
function disguised(text: string, disguise: number): { readonly data: string | Uint8Array; readonly marks: MsgHdrs } {
  const marks = headers();
  switch (disguise % 4) {
    case 0:
      marks.set('Content-Type', 'application/cloudevents+json');
      return { data: text, marks };
    case 1:
      marks.set('ce-specversion', '1.0');
      marks.set('ce-__proto__', '%');
      return { data: text, marks };
    case 2:
      // No UTF-8.
      return { data: Buffer.concat([Buffer.from(text), Buffer.of(0xff)]), marks };
    default:
      return { data: text, marks };
  }
}
