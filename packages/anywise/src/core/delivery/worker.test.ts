import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { memoryStore } from '../../memory/store.js';
import { silent } from '../../test-support/start-bus.js';
import { testEntry } from '../../testing/envelopes.js';
import { eventually } from '../../testing/eventually.js';
import type { Claim, Inbox } from '../ports/inbox.js';
import { safeLogger } from '../ports/logger.js';
import { Observers } from '../ports/observer.js';
import type { Store } from '../ports/store.js';
import type { ListenerSettings } from './attempt.js';
import { Worker, type WorkerOptions } from './worker.js';

const settings: ListenerSettings = {
  retry: undefined,
  onDead: 'park',
  timeoutMs: 60_000,
  concurrency: undefined,
  places: 10,
};

function startWorker(options: Partial<WorkerOptions> & Pick<WorkerOptions, 'store' | 'deliver'>) {
  const worker = new Worker({
    listeners: new Map([['listener', settings]]),
    unreadable: 'test/unreadable',
    holder: 'here:1:1:a',
    concurrency: 10,
    leaseMs: 30_000,
    logger: silent,
    observers: new Observers(silent),
    random: () => 0,
    deliverBatch: async () => undefined,
    ...options,
  });
  worker.start();
  const unwatch = options.store.watch(() => worker.wake());
  return Object.assign(worker, {
    [Symbol.asyncDispose]: async () => {
      unwatch();
      await worker.stop(0);
    },
  });
}

/** Handles a claim as the bus does: its end commits. */
function finish(store: Store) {
  return async (claim: Claim): Promise<void> => {
    await store.begin({ readOnly: false }).commit({ claim });
  };
}

/** By the timers that a test may have replaced. */
function sleepFor(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The same store, whose inbox answers a claim only after `between`. */
function withSlowClaims(store: Store, between: () => Promise<unknown>): Store {
  const inbox: Inbox = Object.assign(Object.create(store.inbox) as Inbox, {
    add: store.inbox.add.bind(store.inbox),
    claim: async (...options: Parameters<Inbox['claim']>) => {
      const claimed = await store.inbox.claim(...options);
      await between();
      return claimed;
    },
    extend: store.inbox.extend.bind(store.inbox),
    fail: store.inbox.fail.bind(store.inbox),
    release: store.inbox.release.bind(store.inbox),
    status: store.inbox.status.bind(store.inbox),
  });
  return Object.assign(Object.create(store) as Store, { inbox, watch: store.watch.bind(store) });
}

afterEach(() => {
  jest.useRealTimers();
});

describe('a worker', () => {
  it('loses no change that comes while the answer to a search is on the way', async () => {
    // The next poll, which would find what was lost, never comes.
    jest.useFakeTimers({ doNotFake: ['Date', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate'] });
    const store = memoryStore();
    const handled: string[] = [];
    const slow = withSlowClaims(store, () => sleep(20));
    const entries = Array.from({ length: 12 }, (_, index) => testEntry({ id: `m${index}`, key: 'one' }));
    await using _worker = startWorker({
      store: slow,
      deliver: async (claim) => {
        await finish(store)(claim);
        handled.push(claim.id);
      },
    });
    await store.inbox.add(entries);
    await eventually(() => expect(handled).toEqual(entries.map(({ id }) => id)));
  });

  it('rests as long as its store says while nothing waits, and finds in time what another process has tried', async () => {
    jest.useFakeTimers();
    const store = Object.assign(memoryStore(), { restMs: 60_000 });
    const looks = jest.spyOn(store.inbox, 'claim');
    await store.inbox.add([testEntry({ id: 'tried', key: 'a' }), testEntry({ id: 'behind', key: 'a' })]);
    const options = { listeners: new Map([['listener', 1]]), holder: 'elsewhere:1:1:b', limit: 1 };
    const { claims } = await store.inbox.claim({ ...options, leaseMs: 1_000 });
    for (const claim of claims) {
      await store.inbox.fail(claim, { outcome: 'retry', retryInMs: 90_000, error: 'not yet' });
    }
    const handled: string[] = [];
    await using _worker = startWorker({
      store,
      deliver: async (claim) => {
        await finish(store)(claim);
        handled.push(claim.id);
      },
    });
    await jest.advanceTimersByTimeAsync(89_000);
    expect(handled).toEqual([]);
    expect(looks.mock.calls.length).toBeLessThanOrEqual(3);
    await jest.advanceTimersByTimeAsync(1_100);
    expect(handled).toEqual(['tried', 'behind']);
  });

  it('handles what waited behind a message as soon as that ends, even if the store does not tell of its end', async () => {
    // The next poll, which would find it, never comes.
    jest.useFakeTimers({ doNotFake: ['Date', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate'] });
    const store = memoryStore();
    let answered = 0;
    const counting = withSlowClaims(store, async () => {
      answered++;
    });
    const handled: string[] = [];
    let end: () => void = () => undefined;
    const mayEnd = new Promise<void>((resolve) => (end = resolve));
    await using worker = startWorker({
      store: Object.assign(counting, { watch: () => () => undefined }),
      deliver: async (claim) => {
        await mayEnd;
        await finish(store)(claim);
        handled.push(claim.id);
      },
    });
    await eventually(() => expect(answered).toBe(1));
    await store.inbox.add([testEntry({ id: 'first', key: 'one' }), testEntry({ id: 'second', key: 'one' })]);
    worker.wake();
    // One search claims the first, the next finds nothing.
    await eventually(() => expect(answered).toBe(3));
    end();
    await eventually(() => expect(handled).toEqual(['first', 'second']));
  });

  it('stops a listener that takes too long, counts the attempt and leaves its place', async () => {
    const store = memoryStore();
    const reasons: unknown[] = [];
    await using _worker = startWorker({
      store,
      concurrency: 1,
      listeners: new Map([
        ['listener', { ...settings, timeoutMs: 20, retry: { attempts: 2, immediate: 5 }, places: 1 }],
      ]),
      deliver: (claim, stop) => {
        if (claim.id === 'fine') return finish(store)(claim);
        return new Promise((_resolve, reject) => {
          stop.addEventListener('abort', () => {
            reasons.push(stop.reason);
            reject(stop.reason ?? new Error('no reason'));
          });
        });
      },
    });
    await store.inbox.add([testEntry({ id: 'hangs', key: 'a' }), testEntry({ id: 'fine', key: 'b' })]);
    await eventually(async () =>
      expect(await store.inbox.status()).toMatchObject({
        waiting: { count: 0 },
        running: { count: 0 },
        dead: { count: 1 },
      }),
    );
    expect(reasons).toEqual([
      expect.objectContaining({ code: 'TIMEOUT' }),
      expect.objectContaining({ code: 'TIMEOUT' }),
    ]);
    const [letter] = await store.deadLetters.list({}, { limit: 1 });
    expect(letter).toMatchObject({ id: 'hangs', attempts: 2 });
    expect(letter?.error).toMatch(/`listener` had not handled hangs after 20 ms/);
  });

  it('handles the messages of others while one listener hangs in every place that it may take', async () => {
    const store = memoryStore();
    const handled: string[] = [];
    await using worker = startWorker({
      store,
      concurrency: 4,
      listeners: new Map([
        ['hangs', { ...settings, places: 2 }],
        ['works', { ...settings, places: 2 }],
      ]),
      deliver: async (claim, stop) => {
        if (claim.listener === 'works') {
          await finish(store)(claim);
          handled.push(claim.id);
          return;
        }
        await new Promise((_resolve, reject) => stop.addEventListener('abort', () => reject(new Error('stopped'))));
      },
    });
    const ids = ['1', '2', '3', '4', '5', '6'];
    await store.inbox.add(ids.map((id) => testEntry({ id, key: id, listener: 'hangs' })));
    await eventually(() => expect(worker.saturated()).toEqual(['hangs']));
    await store.inbox.add(ids.map((id) => testEntry({ id, key: id, listener: 'works' })));
    await eventually(() => expect(handled).toHaveLength(ids.length));
    expect((await store.inbox.status()).listeners).toContainEqual(
      expect.objectContaining({
        listener: 'hangs',
        running: { count: 2, isMore: false },
        waiting: { count: 4, isMore: false },
      }),
    );
  });

  it('gives a message up that has had all its attempts, without another', async () => {
    const store = memoryStore();
    await store.inbox.add([testEntry({ id: 'killer', key: 'a' })]);
    const options = { listeners: new Map([['listener', 1]]), limit: 1, leaseMs: 1 };
    const attempts: (number | undefined)[] = [];
    for (let death = 1; death <= 4; death++) {
      // A process that takes it, alone from the second time on, and dies: its lease ends without a word.
      const { claims } = await store.inbox.claim({ ...options, holder: `h${death}` });
      await store.inbox.extend(claims, 1, death > 1);
      attempts.push(claims[0]?.attempt);
      await sleep(5);
    }
    expect(attempts).toEqual([1, 1, 2, 3]);
    let calls = 0;
    await using _worker = startWorker({
      store,
      listeners: new Map([['listener', { ...settings, retry: { attempts: 3 } }]]),
      deliver: async () => {
        calls++;
      },
    });
    await eventually(async () =>
      expect(await store.inbox.status()).toMatchObject({ running: { count: 0 }, dead: { count: 1 } }),
    );
    expect(calls).toBe(0);
  });

  it('handles a suspect when nothing else is in hand, and claims nothing until then', async () => {
    let now = 1_000_000;
    const store = memoryStore({ clock: { now: () => now } });
    const listeners = new Map([['listener', 10]]);
    await store.inbox.add(['1', '2'].map((id) => testEntry({ id, key: id })));
    await store.inbox.claim({ listeners, holder: 'dead', limit: 10, leaseMs: 1_000 });
    now += 2_000;
    const inHand = new Set<string>();
    const seen: string[][] = [];
    await using _worker = startWorker({
      store,
      deliver: async (claim) => {
        inHand.add(claim.id);
        seen.push([...inHand]);
        await sleep(2);
        await finish(store)(claim);
        inHand.delete(claim.id);
      },
    });
    await store.inbox.add(['3', '4'].map((id) => testEntry({ id, key: id })));
    await eventually(() => expect(seen).toHaveLength(4));
    expect(seen.filter((ids) => ids.includes('1') || ids.includes('2'))).toEqual([['1'], ['2']]);
  });

  it('takes in what arrives while a suspect is in hand, and handles it afterwards', async () => {
    let now = 1_000_000;
    const store = memoryStore({ clock: { now: () => now } });
    await store.inbox.add([testEntry({ id: 'suspect', key: 'a' })]);
    await store.inbox.claim({ listeners: new Map([['listener', 10]]), holder: 'dead', limit: 10, leaseMs: 1_000 });
    now += 2_000;
    const begun: string[] = [];
    let end: () => void = () => undefined;
    const mayEnd = new Promise<void>((resolve) => (end = resolve));
    await using worker = startWorker({
      store,
      deliver: async (claim) => {
        begun.push(claim.id);
        await mayEnd;
        await finish(store)(claim);
      },
    });
    await eventually(() => expect(begun).toEqual(['suspect']));
    await worker.take([testEntry({ id: 'new', key: 'b' })]);
    expect(begun).toEqual(['suspect']);
    end();
    await eventually(() => expect(begun).toEqual(['suspect', 'new']));
  });

  describe('with a batch listener', () => {
    const batch = { max: 3, waitMs: 0 };
    const listeners = new Map([['listener', { ...settings, places: 1, batch }]]);

    /** A worker that has found out that nothing waits, and from then on finds nothing more, and the batches that it has begun. */
    async function startIdle(deliver?: () => Promise<void>) {
      const store = memoryStore();
      const batches: string[][] = [];
      const deliverBatch = async (claims: readonly Claim[]): Promise<void> => {
        batches.push(claims.map(({ id }) => id));
        await deliver?.();
        await store.begin({ readOnly: false }).commit({ claims });
      };
      const one = async (claim: Claim): Promise<void> => {
        batches.push([claim.id]);
        await deliver?.();
        await finish(store)(claim);
      };
      const search = jest.spyOn(store.inbox, 'claim');
      const worker = startWorker({ store, listeners, deliver: one, deliverBatch });
      // The one search of the single messages, and the one for the batch.
      await eventually(() => expect(search.mock.results).toHaveLength(2));
      await Promise.all(search.mock.results.map(({ value }) => value as Promise<unknown>));
      await new Promise(setImmediate);
      return { worker, batches, search };
    }

    const entries = (...keys: readonly (string | undefined)[]) =>
      keys.map((key, index) => testEntry({ id: `${key ?? 'none'}${index}`, key }));

    it.each([
      ['what arrives', ['a', 'b', undefined], [['a0', 'b1', 'none2']]],
      ['several messages of a key', ['a', 'a', 'b'], [['a0', 'a1', 'b2']]],
      [
        'as many as it may have, and then with the rest',
        ['a', 'b', 'c', 'a', 'b', 'c', 'a'],
        [['a0', 'b1', 'c2'], ['a3', 'b4', 'c5'], ['a6']],
      ],
    ])('begins with %s, without a search', async (_what, keys, expected) => {
      const { worker, batches, search } = await startIdle();
      search.mockResolvedValue({ claims: [] });
      await using _worker = worker;
      await worker.take(entries(...keys));
      await eventually(() => expect(batches).toEqual(expected));
    });

    it('leaves it to a search where several messages of a key arrive among those of others', async () => {
      const { worker, batches } = await startIdle();
      await using _worker = worker;
      await worker.take([...entries('a', 'a', 'b'), testEntry({ id: 'other', listener: 'other' })]);
      await eventually(() => expect(batches).toEqual([['a0', 'a1', 'b2']]));
    });

    it('is searched for once for each batch while more waits, and the others once in all', async () => {
      // Others tell of a commit only if it has added something.
      const store = Object.assign(memoryStore(), { watch: () => () => undefined });
      await store.inbox.add(entries('a', 'b', 'c', 'd', 'e', 'f', 'g'));
      const search = jest.spyOn(store.inbox, 'claim');
      const both = new Map([...listeners, ['other', settings] as const]);
      let handled = 0;
      const deliverBatch = async (claims: readonly Claim[]): Promise<void> => {
        await store.begin({ readOnly: false }).commit({ claims });
        handled += claims.length;
      };
      await using _worker = startWorker({ store, listeners: both, deliver: finish(store), deliverBatch });
      await eventually(() => expect(handled).toBeGreaterThanOrEqual(6));
      await eventually(async () =>
        expect(await store.inbox.status()).toMatchObject({ waiting: { count: 0 }, running: { count: 0 } }),
      );
      await new Promise(setImmediate);
      const searched = search.mock.calls.map(([options]) => [...options.listeners.keys()].join());
      expect(searched).toEqual(['other', 'listener', 'listener', 'listener', 'listener']);
    });

    it('takes in at once what arrives for it if its batches take long', async () => {
      const { worker, batches } = await startIdle(() => sleepFor(200));
      await using _worker = worker;
      jest.useFakeTimers();
      await worker.take(entries('a'));
      await jest.advanceTimersByTimeAsync(200);
      await worker.take(entries('b'));
      expect(batches).toEqual([['a0'], ['b0']]);
      await worker.take(entries('c'));
      await jest.advanceTimersByTimeAsync(400);
      jest.useRealTimers();
      expect(batches).toEqual([['a0'], ['b0'], ['c0']]);
    });

    it('gathers what arrives while it is busy', async () => {
      let go: () => void = () => undefined;
      const held = new Promise<void>((resolve) => (go = resolve));
      const { worker, batches } = await startIdle(() => held);
      await using _worker = worker;
      await worker.take(entries('a'));
      await eventually(() => expect(batches).toEqual([['a0']]));
      await worker.take(entries('b'));
      await worker.take(entries('c'));
      go();
      await eventually(() => expect(batches).toEqual([['a0'], ['b0', 'c0']]));
    });
  });

  it('has all its places again after a search that failed', async () => {
    const store = memoryStore();
    let failures = 1;
    const failing = withSlowClaims(store, async () => {
      if (failures-- > 0) throw new Error('The database is away.');
    });
    const handled: string[] = [];
    await using _worker = startWorker({
      store: failing,
      deliver: async (claim) => {
        await finish(store)(claim);
        handled.push(claim.id);
      },
    });
    await eventually(() => expect(failures).toBe(0));
    await store.inbox.add([testEntry({ id: 'a', key: 'a' })]);
    await eventually(() => expect(handled).toEqual(['a']));
  });

  it('records whatever a listener throws', async () => {
    const store = memoryStore();
    const strange: unknown[] = [null, undefined, Symbol('x'), Object.create(null), { toString: () => ({}) }];
    await using _worker = startWorker({
      store,
      listeners: new Map([['listener', { ...settings, retry: { attempts: 1 }, onDead: 'skip' }]]),
      deliver: async ({ id }) => {
        throw strange[Number(id)];
      },
    });
    await store.inbox.add(strange.map((_, index) => testEntry({ id: String(index), key: undefined })));
    await eventually(async () => expect(await store.inbox.status()).toMatchObject({ dead: { count: strange.length } }));
  });

  it('records a failure whose retry rule throws, with both texts, and counts it', async () => {
    const store = memoryStore();
    const when = (): boolean => {
      throw Object.create(null);
    };
    await using _worker = startWorker({
      store,
      listeners: new Map([['listener', { ...settings, retry: { attempts: 2, immediate: 5, rules: [{ when }] } }]]),
      deliver: async () => {
        throw new Error('declined');
      },
    });
    await store.inbox.add([testEntry({ id: 'a', key: 'a' })]);
    await eventually(async () => expect(await store.inbox.status()).toMatchObject({ dead: { count: 1 } }));
    const [letter] = await store.deadLetters.list({}, { limit: 1 });
    expect(letter).toMatchObject({
      attempts: 2,
      error: 'declined (`when` of retry rule 1 failed: a thrown object that has no text)',
    });
  });

  it('goes on where the logger throws', async () => {
    const store = memoryStore();
    const refuse = (): never => {
      throw new Error('the disk is full');
    };
    await using _worker = startWorker({
      store,
      logger: safeLogger({ debug: refuse, info: refuse, warn: refuse, error: refuse }),
      listeners: new Map([['listener', { ...settings, retry: { attempts: 2, immediate: 5 } }]]),
      deliver: async () => refuse(),
    });
    await store.inbox.add([testEntry({ id: 'a', key: 'a' })]);
    await eventually(async () => expect(await store.inbox.status()).toMatchObject({ dead: { count: 1 } }));
  });
});
