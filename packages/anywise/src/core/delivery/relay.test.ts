import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { declareCapabilities } from '../../kit/capabilities.js';
import { memoryStore } from '../../memory/store.js';
import { AnywiseError } from '../errors/errors.js';
import { Outage } from './outage.js';
import { inboxEntries } from './intake.js';
import { Relay, relayBatch, type RelayOptions } from './relay.js';
import type { Store } from '../ports/store.js';
import type { Envelope } from '../message/envelope.js';
import { testEnvelope } from '../../testing/envelopes.js';
import { eventually } from '../../testing/eventually.js';
import { silent } from '../../test-support/start-bus.js';
import type { PublishFailure, Transport } from '../ports/transport.js';

type Publish = (envelopes: readonly Envelope[]) => Promise<readonly (PublishFailure | undefined)[]>;

/** A transport that only publishes. */
function publisher(publish: Publish): Transport {
  return {
    name: 'fake',
    ...declareCapabilities({
      durable: 'It keeps nothing.',
      ordered: true,
      history: 'It keeps nothing.',
      acrossProcesses: 'It has no consumers.',
      requests: 'It carries no requests.',
    }),
    publish,
    subscribe: () => Promise.reject(new Error('this transport only publishes')),
    check: async () => undefined,
    close: async () => undefined,
  };
}

function relay(
  store: Store,
  publish: Publish,
  entriesHere: RelayOptions['entriesHere'] = () => undefined,
  logger = silent,
): Relay & AsyncDisposable {
  const transport = publisher(publish);
  const made = new Relay({
    store,
    transport,
    entriesHere,
    unreadable: 'test/unreadable',
    holder: 'here:1:1:a',
    outage: new Outage('transport', silent),
    isAway: () => false,
    onOutage: () => undefined,
    logger,
    random: () => 0,
  });
  made.start();
  return Object.assign(made, { [Symbol.asyncDispose]: () => made.stop(0) });
}

async function commit(store: Store, ...envelopes: Partial<Envelope>[]): Promise<void> {
  const transaction = store.begin({ readOnly: false });
  await transaction.append({ outgoing: envelopes.map(testEnvelope) });
  await transaction.commit();
}

afterEach(() => {
  jest.useRealTimers();
});

const confirmAll: Publish = async (envelopes) => envelopes.map(() => undefined);

describe('the relay', () => {
  it('deletes an event when the transport has confirmed it', async () => {
    const store = memoryStore();
    const published: string[] = [];
    await commit(store, { id: 'e1' }, { id: 'e2' });
    await using _relay = relay(store, (envelopes) => {
      published.push(...envelopes.map(({ id }) => id));
      return confirmAll(envelopes);
    });
    await eventually(async () =>
      expect(await store.outbox.status()).toMatchObject({ waiting: { count: 0 }, parked: { count: 0 } }),
    );
    expect(published).toEqual(['e1', 'e2']);
  });

  it('keeps events while the transport fails, and sends them later in their order', async () => {
    const store = memoryStore();
    const published: string[] = [];
    let failures = 1;
    await commit(store, { id: 'e1', subject: 'a' }, { id: 'e2', subject: 'a' });
    await using _relay = relay(store, async (envelopes) => {
      if (failures-- > 0) throw new Error('broker is down');
      published.push(...envelopes.map(({ id }) => id));
      return confirmAll(envelopes);
    });
    await eventually(async () =>
      expect(await store.outbox.status()).toMatchObject({ waiting: { count: 0 }, parked: { count: 0 } }),
    );
    expect(published).toEqual(['e1', 'e2']);
  });

  it('tries a transport that is away again within five seconds, however long it has been', async () => {
    jest.useFakeTimers();
    const store = memoryStore();
    const triedAt: number[] = [];
    await commit(store, { id: 'e1' });
    await using _relay = relay(store, () => {
      triedAt.push(performance.now());
      return Promise.reject(new AnywiseError('UNAVAILABLE', 'The broker is away.', { retryable: true }));
    });
    await jest.advanceTimersByTimeAsync(120_000);
    const pauses = triedAt.slice(1).map((at, n) => at - (triedAt[n] ?? 0));
    expect(Math.max(...pauses)).toBeGreaterThan(2_000);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(5_000);
  });

  it('tries a message that is refused for now again within five seconds, and warns of it ever less often', async () => {
    jest.useFakeTimers();
    const store = Object.assign(memoryStore(), { restMs: 60_000 });
    const triedAt: number[] = [];
    const warnings: unknown[] = [];
    await commit(store, { id: 'e1' });
    const refuse: Publish = async () => {
      triedAt.push(performance.now());
      return [{ error: new AnywiseError('UNAVAILABLE', 'No queue takes it.', { retryable: true }), permanent: false }];
    };
    const logger = { ...silent, warn: (details: object) => void warnings.push(Reflect.get(details, 'attempt')) };
    await using _relay = relay(store, refuse, () => undefined, logger);
    await jest.advanceTimersByTimeAsync(180_000);
    const pauses = triedAt.slice(1).map((at, n) => at - (triedAt[n] ?? 0));
    expect(pauses[0]).toBeLessThanOrEqual(1_000);
    expect(Math.max(...pauses)).toBeGreaterThan(2_000);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(5_000);
    expect(triedAt.length).toBeGreaterThan(32);
    expect(await store.outbox.status()).toMatchObject({ waiting: { count: 1 }, parked: { count: 0 } });
    expect(warnings.slice(0, 6)).toEqual([1, 2, 4, 8, 16, 32]);
  });

  it('rests as long as its store says while nothing waits, and sends what is scheduled on time all the same', async () => {
    jest.useFakeTimers();
    const store = Object.assign(memoryStore(), { restMs: 60_000 });
    const looks = jest.spyOn(store.outbox, 'sendable');
    const published: string[] = [];
    const scheduling = store.begin({ readOnly: false });
    await scheduling.append({ scheduled: [{ envelope: testEnvelope({ id: 'later' }), due: { delayMs: 90_000 } }] });
    await scheduling.commit();
    await using _relay = relay(store, (envelopes) => {
      published.push(...envelopes.map(({ id }) => id));
      return confirmAll(envelopes);
    });
    await jest.advanceTimersByTimeAsync(89_000);
    expect(published).toEqual([]);
    expect(looks.mock.calls.length).toBeLessThanOrEqual(2);
    await jest.advanceTimersByTimeAsync(1_100);
    expect(published).toEqual(['later']);
    // As if its process had been killed before it could tell of it.
    await commit(store, { id: 'untold' });
    await jest.advanceTimersByTimeAsync(60_100);
    expect(published).toEqual(['later', 'untold']);
  });

  it('looks again soon for what is due and locked by who may cancel it', async () => {
    jest.useFakeTimers();
    const store = Object.assign(memoryStore(), { restMs: 60_000 });
    const looks = jest.spyOn(store.outbox, 'sendable').mockResolvedValue({ rows: [], nextDueInMs: 0 });
    await using _relay = relay(store, confirmAll);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(looks.mock.calls.length).toBeGreaterThan(10);
    expect(looks.mock.calls.length).toBeLessThan(100);
  });

  it('lets other entities go on while one waits', async () => {
    const store = memoryStore();
    const published: string[] = [];
    await commit(store, { id: 'bad', subject: 'a' }, { id: 'held', subject: 'a' }, { id: 'free', subject: 'b' });
    await using subject = relay(store, async (envelopes) => {
      const failures = envelopes.map(({ id }) =>
        id === 'bad' ? { error: new Error('no'), permanent: false } : undefined,
      );
      published.push(...envelopes.filter((_, index) => failures[index] === undefined).map(({ id }) => id));
      return failures;
    });
    await eventually(() => expect(published).toContain('free'));
    await commit(store, { id: 'later', subject: 'a' }, { id: 'other', subject: 'b' });
    subject.wake();
    await eventually(() => expect(published).toContain('other'));
    expect(published).not.toContain('bad');
    expect(published).not.toContain('later');
  });

  it('parks an event that can never be published', async () => {
    const store = memoryStore();
    await commit(store, { id: 'huge' });
    await using _relay = relay(store, async () => [{ error: new Error('too big'), permanent: true }]);
    await eventually(async () =>
      expect(await store.outbox.status()).toMatchObject({ waiting: { count: 0 }, parked: { count: 1 } }),
    );
  });

  it('parks what cannot be read in the outbox, and with it only its key', async () => {
    const store = memoryStore();
    const published: string[] = [];
    await commit(store, { id: 'bad', subject: 'a' }, { id: 'behind', subject: 'a' }, { id: 'other', subject: 'b' });
    await commit(store, { id: 'alone' });
    const sendable = store.outbox.sendable.bind(store.outbox);
    store.outbox.sendable = async (limit) => ({
      rows: (await sendable(limit)).rows.map((row) => {
        const isDamaged = row.envelope?.id === 'bad';
        return isDamaged ? { seq: row.seq, attempts: 0, key: 'a', unreadable: '{', reason: 'It is not JSON.' } : row;
      }),
    });
    await using _relay = relay(store, (envelopes) => {
      published.push(...envelopes.map(({ id }) => id));
      return confirmAll(envelopes);
    });
    await eventually(() => expect(published).toEqual(['other', 'alone']));
    await eventually(async () => expect(await store.parked.list(10)).toMatchObject([{ error: 'It is not JSON.' }]));
    expect(await store.outbox.status()).toMatchObject({ waiting: { count: 1 }, parked: { count: 1 } });
  });

  it('leaves the work to the one who has the lease', async () => {
    const store = memoryStore();
    await store.outbox.lease('elsewhere:1:1:b', 60_000);
    await commit(store, { id: 'e1' });
    const subject = relay(store, () => Promise.reject(new Error('not mine to publish')));
    await subject.stop(50);
    expect((await store.outbox.sendable(10)).rows).toMatchObject([{ envelope: { id: 'e1' }, attempts: 0 }]);
  });

  it('publishes nothing that the one before it has sent meanwhile', async () => {
    const store = memoryStore();
    const published: string[] = [];
    await commit(store, { id: 'sent' });
    const before = await store.outbox.lease('elsewhere:1:1:b', 60_000);
    const lease = store.outbox.lease.bind(store.outbox);
    store.outbox.lease = async (...options) => {
      if (before !== undefined) {
        const [row] = (await store.outbox.sendable(1)).rows;
        if (row?.envelope?.id === 'sent') await store.outbox.settle(before, [{ seq: row.seq, outcome: 'confirmed' }]);
        await store.outbox.release(before);
      }
      return lease(...options);
    };
    await using subject = relay(store, (envelopes) => {
      published.push(...envelopes.map(({ id }) => id));
      return confirmAll(envelopes);
    });
    await eventually(async () => expect(await store.outbox.status()).toMatchObject({ waiting: { count: 0 } }));
    await commit(store, { id: 'new' });
    subject.wake();
    await eventually(() => expect(published).toContain('new'));
    expect(published).toEqual(['new']);
  });

  it('asks for the lease again once it has lost it', async () => {
    const store = memoryStore();
    let asked = 0;
    const lease = store.outbox.lease.bind(store.outbox);
    store.outbox.lease = (...options) => {
      asked++;
      return lease(...options);
    };
    const settle = store.outbox.settle.bind(store.outbox);
    let losses = 1;
    store.outbox.settle = async (...outcomes) => losses-- <= 0 && settle(...outcomes);
    await commit(store, { id: 'e1' });
    await using _relay = relay(store, confirmAll);
    await eventually(async () => expect(await store.outbox.status()).toMatchObject({ waiting: { count: 0 } }));
    expect(asked).toBe(2);
  });

  it('keeps a command for this service until the inbox has taken it', async () => {
    const store = memoryStore();
    const add = store.inbox.add.bind(store.inbox);
    let failures = 1;
    store.inbox.add = async (...entries) => {
      if (failures-- > 0) throw new AnywiseError('UNAVAILABLE', 'The database is away.', { retryable: true });
      return add(...entries);
    };
    await commit(store, { id: 'c1', kind: 'command' });
    const never: Publish = () => Promise.reject(new Error('it is for this service'));
    await using _relay = relay(store, never, (envelope) => inboxEntries(envelope, ['here']));
    await eventually(async () => expect(await store.outbox.status()).toMatchObject({ waiting: { count: 0 } }));
    expect(await store.inbox.status()).toMatchObject({ waiting: { count: 1 } });
  });

  it('sends all batches that wait before it stops', async () => {
    const store = memoryStore();
    const subject = relay(store, confirmAll);
    await commit(store, ...Array.from({ length: 2 * relayBatch + 1 }, (_, n) => ({ id: `e${n}` })));
    await subject.stop(60_000);
    expect(await store.outbox.status()).toMatchObject({ waiting: { count: 0 } });
  });

  it('sends what waits before it stops, and gives its lease back', async () => {
    const store = memoryStore();
    const subject = relay(store, confirmAll);
    await commit(store, { id: 'e1' });
    await subject.stop(60_000);
    expect(await store.outbox.status()).toMatchObject({ waiting: { count: 0 } });
    expect(await store.outbox.lease('elsewhere:1:1:b', 1_000)).toBeDefined();
  });
});

describe('a message that makes the transport refuse all', () => {
  it('waits alone, and is parked in the end, while the others go', async () => {
    const store = memoryStore();
    const published: string[] = [];
    await commit(
      store,
      { id: 'e1', subject: 'a' },
      { id: 'bad', subject: 'b' },
      { id: 'behind', subject: 'b' },
      { id: 'e2', subject: 'c' },
    );
    await using running = relay(store, async (envelopes) => {
      if (envelopes.some(({ id }) => id === 'bad')) throw new TypeError('cannot read this');
      published.push(...envelopes.map(({ id }) => id));
      return envelopes.map(() => undefined);
    });
    await eventually(() => expect(published).toEqual(['e1', 'e2']));
    running.wake();
    await eventually(async () =>
      expect(await store.outbox.status()).toMatchObject({ waiting: { count: 2 }, parked: { count: 0 } }),
    );
  });
});
