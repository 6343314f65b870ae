import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { connect } from 'amqplib';
import { eventually } from 'anywise/testing';
import { freePort } from '../harness/free-port.js';
import { startProcess, type Process } from '../harness/process.js';
import type { Server } from './server.js';

/** The script of Debian's `PATH` becomes another user, who may not write to the folders of a test. */
export const rabbitmqProgram = ['/usr/lib/rabbitmq/bin', ...(process.env.PATH ?? '').split(delimiter)]
  .map((folder) => join(folder, 'rabbitmq-server'))
  .find((path) => existsSync(path));

/** A node needs about 15 seconds, and more on a machine that is busy. */
const startsWithinMs = 120_000;
const confirmsWithinMs = 10_000;

/** A RabbitMQ server, on a free port, whose only user is `guest`. */
export async function rabbitmqServer(): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'anywise-e2e-rabbitmq-'));
  const port = await freePort();
  const files = { env: 'env.conf', config: 'rabbitmq.conf', advanced: 'advanced.config', plugins: 'enabled_plugins' };
  writeFileSync(join(folder, files.env), '');
  writeFileSync(join(folder, files.config), 'log.console = false\n');
  writeFileSync(join(folder, files.advanced), '[].');
  writeFileSync(join(folder, files.plugins), '[].');
  const env = {
    ...process.env,
    // The cookie by which nodes know each other is in the home folder.
    HOME: folder,
    RABBITMQ_CONF_ENV_FILE: join(folder, files.env),
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq'),
    RABBITMQ_ADVANCED_CONFIG_FILE: join(folder, files.advanced),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, files.plugins),
    RABBITMQ_NODENAME: `anywise-${randomBytes(4).toString('hex')}@localhost`,
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(port),
    RABBITMQ_DIST_PORT: String(await freePort()),
    RABBITMQ_MNESIA_BASE: folder,
    RABBITMQ_LOG_BASE: folder,
    ERL_EPMD_ADDRESS: '127.0.0.1',
    // The process is the server itself, not a shell above it.
    RUNNING_UNDER_SYSTEMD: 'true',
  };
  const url = `amqp://guest:guest@127.0.0.1:${port}`;
  let running: Process | undefined;
  return {
    port,
    folder,
    keepsForNewcomers: false,
    url: (through, prefix) => `amqp://guest:guest@127.0.0.1:${through}?prefix=${prefix}`,
    async start() {
      let hasEnded = true;
      await eventually(async () => {
        // A start that failed is repeated, as by the unit that systemd runs.
        if (hasEnded) {
          hasEnded = false;
          running = startProcess({ command: String(rabbitmqProgram), args: [], cwd: folder, env });
          void running.ended.then(() => (hasEnded = true));
        }
        try {
          await (await connect(url, { timeout: 5_000 })).close();
        } catch (cause) {
          throw new Error(`RabbitMQ in ${folder} does not answer. It says: ${running?.output}`, { cause });
        }
      }, startsWithinMs);
    },
    signal(signal) {
      void running?.kill(signal);
    },
    async end(signal) {
      await running?.kill(signal);
    },
    async write({ type, kind, text, disguise }, prefix) {
      const connection = await connect(url, { timeout: confirmsWithinMs });
      connection.on('error', () => undefined);
      try {
        const channel = await connection.createConfirmChannel();
        channel.on('error', () => undefined);
        const { data, ...properties } = disguised(text, disguise);
        channel.publish(prefix, `${kind}.${type}`, data, { persistent: true, ...properties });
        await within(confirmsWithinMs, channel.waitForConfirms());
      } finally {
        connection.close().catch(() => undefined);
      }
    },
  };
}

/** A message as one of the others on the server may send it. */
function disguised(text: string, disguise: number) {
  const data = Buffer.from(text);
  switch (disguise % 4) {
    case 0:
      return { data, contentType: 'application/cloudevents+json' };
    case 1:
      return { data, headers: { cloudEvents_specversion: '1.0', 'cloudEvents:id': { a: 1 } } };
    case 2:
      // No UTF-8.
      return { data: Buffer.concat([data, Buffer.of(0xff)]) };
    default:
      return { data };
  }
}

async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  const timeout = new Promise<never>((_resolve, reject) => {
    setTimeout(() => reject(new Error(`There was no confirm within ${timeoutMs} ms.`)), timeoutMs).unref();
  });
  return Promise.race([work, timeout]);
}
