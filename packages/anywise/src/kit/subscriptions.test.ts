import { describe, expect, it } from '@jest/globals';
import { testEnvelope } from '../testing/envelopes.js';
import { eventually } from '../testing/eventually.js';
import type { Received } from '../core/ports/transport.js';
import { isWantedBy, shortVersionOf, Subscriptions, versionOf, type Batch } from './subscriptions.js';

const longTime = 60_000;
const message: Received = { envelope: testEnvelope({ id: 'm1' }) };

/** Batches to read, and what happens to each. */
function source(...sizes: readonly number[]) {
  const left = sizes.map((size, index) => ({ size, name: `batch ${index + 1}` }));
  const log: string[] = [];
  const next = async (): Promise<Batch | undefined> => {
    const [batch] = left;
    if (batch === undefined) return undefined;
    return {
      received: Array.from({ length: batch.size }, () => message),
      acknowledge: () => {
        left.shift();
        log.push(`${batch.name} acknowledged`);
      },
      giveBack: () => void log.push(`${batch.name} given back`),
    };
  };
  return { log, left, next };
}

it.each([
  ['test.wanted', 'event', true],
  ['test.wanted', 'command', true],
  ['test.other', 'event', false],
  ['orders.any', 'command', true],
  ['orders.any', 'event', false],
  ['orders', 'command', false],
  ['orders-too.any', 'command', false],
] as const)('a consumer gets %s, %s: %s', (type, kind, gets) => {
  expect(isWantedBy({ consumer: 'orders', types: ['test.wanted'] })({ type, kind })).toBe(gets);
});

describe('a subscription', () => {
  it('acknowledges a batch when it is received, and hands over the next then', async () => {
    const { log, next } = source(2, 1);
    const subscriptions = new Subscriptions();
    const receive = async (batch: readonly Received[]): Promise<void> => {
      log.push(`${batch.length} received`);
      await new Promise(setImmediate);
    };
    subscriptions.open({ next, receive, onError: () => undefined, pollMs: longTime });
    await eventually(() => expect(log).toHaveLength(4));
    await subscriptions.close();
    expect(log).toEqual(['2 received', 'batch 1 acknowledged', '1 received', 'batch 2 acknowledged']);
  });

  it('gives a batch back that was not received, and reads it again', async () => {
    const { log, next } = source(1);
    const subscriptions = new Subscriptions();
    const errors: unknown[] = [];
    const receive = async (): Promise<void> => {
      if (errors.length === 0) throw new Error('no');
    };
    subscriptions.open({ next, receive, onError: (error) => errors.push(error), pollMs: longTime });
    await eventually(() => expect(log).toEqual(['batch 1 given back', 'batch 1 acknowledged']));
    await subscriptions.close();
    expect(errors).toMatchObject([{ message: 'no' }]);
  });

  it('passes over a batch of which nothing is wanted', async () => {
    const { log, next } = source(0, 1);
    const subscriptions = new Subscriptions();
    const sizes: number[] = [];
    const receive = async (batch: readonly Received[]): Promise<void> => void sizes.push(batch.length);
    subscriptions.open({ next, receive, onError: () => undefined, pollMs: longTime });
    await eventually(() => expect(log).toHaveLength(2));
    await subscriptions.close();
    expect(sizes).toEqual([1]);
  });

  it('looks again when all are woken, and no more once it is closed', async () => {
    const { log, left, next } = source();
    const subscriptions = new Subscriptions();
    const receive = async (): Promise<void> => undefined;
    const subscription = subscriptions.open({ next, receive, onError: () => undefined, pollMs: longTime });
    await new Promise(setImmediate);
    left.push({ size: 1, name: 'late' });
    subscriptions.wake();
    await eventually(() => expect(log).toEqual(['late acknowledged']));
    await subscription.close();
    await subscription.close();
    left.push({ size: 1, name: 'too late' });
    subscriptions.wake();
    await new Promise(setImmediate);
    expect(log).toEqual(['late acknowledged']);
  });

  it('asks each time how long to pause', async () => {
    const { log, left, next } = source();
    const subscriptions = new Subscriptions();
    const pauses = [1, 1, longTime];
    let asked = 0;
    const pollMs = (): number => {
      if (asked === 1) left.push({ size: 1, name: 'late' });
      return pauses[asked++] ?? longTime;
    };
    subscriptions.open({ next, receive: async () => undefined, onError: () => undefined, pollMs });
    await eventually(() => expect(asked).toBe(3));
    await subscriptions.close();
    expect(log).toEqual(['late acknowledged']);
  });

  it('is closed when the batch in hand is acknowledged', async () => {
    const { log, next } = source(1, 1);
    const subscriptions = new Subscriptions();
    let finish: (() => void) | undefined;
    const receive = (): Promise<void> => new Promise((resolve) => (finish = resolve));
    subscriptions.open({ next, receive, onError: () => undefined, pollMs: longTime });
    await eventually(() => expect(finish).toBeDefined());
    const closed = subscriptions.close();
    finish?.();
    await closed;
    expect(log).toEqual(['batch 1 acknowledged']);
  });
});

describe('the version of a consumer', () => {
  it.each([versionOf, shortVersionOf])('is the same for the same types in any order, and another for others', (of) => {
    const versions = [['a', 'b'], ['b', 'a'], ['a'], ['a,b'], []].map((types) => of(types));
    expect(versions[0]).toBe(versions[1]);
    expect(new Set(versions).size).toBe(4);
  });

  it('has eight characters where it is part of a name, which never change', () => {
    expect(shortVersionOf(['b', 'a'])).toBe('0473ef2d');
  });
});
