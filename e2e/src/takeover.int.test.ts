import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { connectTransport } from 'anywise/connect';
import { eventually, inTempFolder, testEnvelope } from 'anywise/testing';
import { startBroker } from './brokers/broker.js';
import { startProgram } from './harness/program.js';
import type { Process } from './harness/process.js';

/** Runs work with the URL of a transport that is not shared. */
type InTransport = (work: (url: string) => Promise<void>) => Promise<void>;

const inSqlite: InTransport = (work) => inTempFolder((folder) => work(`sqlite:${join(folder, 'bus.db')}`));

const inPostgres: InTransport = async (work) => {
  const server = process.env.ANYWISE_TEST_POSTGRES ?? '';
  const schema = `e2e_${randomBytes(4).toString('hex')}`;
  const client = new pg.Client(server);
  await client.connect();
  try {
    await work(`${server}?schema=${schema}`);
  } finally {
    await client.query(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`);
    await client.end();
  }
};

const inNats: InTransport = async (work) => {
  await using broker = await startBroker('nats');
  await work(broker.newBus().transportUrl);
};

interface World {
  /** Starts an instance, and resolves once it has subscribed. */
  readonly start: () => Promise<Process>;
  /** Publishes this many messages, one after the other, and returns their ids. */
  readonly publish: (count: number) => Promise<readonly string[]>;
}

async function inWorld(inTransport: InTransport, work: (world: World) => Promise<void>): Promise<void> {
  await inTransport(async (url) => {
    const instances: Process[] = [];
    const publisher = await connectTransport(url);
    let published = 0;
    try {
      await work({
        async start() {
          const instance = startProgram(new URL('reader.ts', import.meta.url), { args: [url] });
          instances.push(instance);
          await instance.find((line) => (line === 'reads' ? true : undefined));
          return instance;
        },
        async publish(count) {
          const ids = Array.from({ length: count }, () => `m${published++}`);
          for (const id of ids) await publisher.publish([testEnvelope({ id, subject: 'one' })]);
          return ids;
        },
      });
    } finally {
      await publisher.close();
      for (const instance of instances) await instance.kill('SIGKILL');
    }
  });
}

function gotBy(...instances: readonly Process[]): string[] {
  return instances.flatMap(({ output }) => [...output.matchAll(/^got (\S+)$/gm)].map(([, id]) => String(id)));
}

const transports = [
  ['sqlite', inSqlite],
  ...((process.env.ANYWISE_TEST_POSTGRES ?? '') === '' ? [] : [['postgres', inPostgres] as const]),
  ...(process.env.ANYWISE_TEST_SERVERS === 'required' ? [['nats', inNats] as const] : []),
] as const;

describe.each(transports)('instances in processes of their own, on %s', (_name, inTransport) => {
  it.each([
    ['SIGKILL', 'is killed'],
    ['SIGTERM', 'stops'],
  ] as const)('go on in order when, by %s, the one that reads %s', (signal, _what) =>
    inWorld(inTransport, async ({ start, publish }) => {
      const first = await start();
      const before = await publish(20);
      await eventually(() => expect(gotBy(first)).toEqual(before));
      const second = await start();
      const between = await publish(20);
      await eventually(() => expect(gotBy(first)).toEqual([...before, ...between]));
      await first.kill(signal);
      const after = await publish(20);
      await eventually(() => expect(gotBy(second)).toEqual(expect.arrayContaining([...after])));
      const firsts = [...new Set(gotBy(first, second))];
      expect(firsts).toEqual([...before, ...between, ...after]);
    }),
  );

  it('go on when the one that reads is suspended, and do not both read when it wakes up', () =>
    inWorld(inTransport, async ({ start, publish }) => {
      const first = await start();
      const before = await publish(20);
      await eventually(() => expect(gotBy(first)).toEqual(before));
      const second = await start();
      process.kill(first.pid, 'SIGSTOP');
      const meanwhile = await publish(20);
      await eventually(() => expect(gotBy(second)).toEqual(expect.arrayContaining([...meanwhile])));
      // What was on its way to the first instance when it was suspended may come again; nothing of what follows may.
      const asleep = await publish(20);
      await eventually(() => expect(gotBy(second)).toEqual(expect.arrayContaining([...asleep])));
      process.kill(first.pid, 'SIGCONT');
      const awake = await publish(50);
      await eventually(() => expect(gotBy(second)).toEqual(expect.arrayContaining([...awake])));
      await second.kill('SIGTERM');
      const after = await publish(20);
      await eventually(() => expect(gotBy(first)).toEqual(expect.arrayContaining([...after])));
      const wanted = new Set([...asleep, ...awake, ...after]);
      expect(gotBy(second, first).filter((id) => wanted.has(id))).toEqual([...wanted]);
    }));
});
