import { expect, it } from '@jest/globals';
import { memoryBroker } from '../../memory/index.js';
import { memoryStore } from '../../memory/store.js';
import { testEnvelope } from '../../testing/envelopes.js';
import { eventually } from '../../testing/eventually.js';
import { silent } from '../../test-support/start-bus.js';
import type { Envelope } from '../message/envelope.js';
import type { Instruments } from '../ports/instrumentation.js';
import type { Shortcut, Shortened } from '../ports/outbox.js';
import type { Store } from '../ports/store.js';
import { Outage } from './outage.js';
import { Relay } from './relay.js';

interface World {
  readonly store: Store;
  readonly relay: Relay;
  /** What went through the transport, and what by the shortcut. */
  readonly published: string[];
  readonly moved: string[];
  /** Commits events, and wakes the relay. */
  readonly commit: (...ids: readonly string[]) => Promise<void>;
}

/** What a shortcut is to do with the rows that may leave; `undefined` if the lease is lost. */
type Does = (ids: readonly string[]) => Promise<readonly string[] | undefined>;

/** What the store of a world tells, and where it notes how often it was searched. */
interface Told {
  readonly instruments?: Instruments;
  /** When the shortcut says that the next is due. */
  readonly nextDueInMs?: () => number | null;
  readonly searched?: () => void;
}

/** A relay whose store has a shortcut, and which has the lease already: it has sent `first` through the transport. */
async function withShortcut(
  does: Does,
  work: (world: World) => Promise<void>,
  { instruments, nextDueInMs, searched }: Told = {},
): Promise<void> {
  const store: Store = Object.assign(memoryStore(), { restMs: 60_000 });
  const sendable = store.outbox.sendable.bind(store.outbox);
  store.outbox.sendable = (limit) => {
    searched?.();
    return sendable(limit);
  };
  const [published, moved]: [string[], string[]] = [[], []];
  const shortcut: Shortcut = async (lease, limit): Promise<Shortened | undefined> => {
    const { rows } = await sendable(limit);
    const idOf = ({ envelope }: (typeof rows)[number]): string => envelope?.id ?? '';
    const wanted = await does(rows.map(idOf));
    if (wanted === undefined) return undefined;
    const going = rows.filter((row) => wanted.includes(idOf(row)));
    moved.push(...going.map(idOf));
    await store.outbox.settle(
      lease,
      going.map(({ seq }) => ({ seq, outcome: 'confirmed' })),
    );
    const due = nextDueInMs === undefined ? {} : { nextDueInMs: nextDueInMs() };
    return { moved: going.length, isMore: false, hasLeft: going.length < rows.length, ...due };
  };
  store.shortcutTo = () => shortcut;
  const transport = memoryBroker().connect();
  transport.publish = async (envelopes: readonly Envelope[]) => {
    published.push(...envelopes.map(({ id }) => id));
    return envelopes.map(() => undefined);
  };
  const relay = new Relay({
    store,
    transport,
    entriesHere: () => undefined,
    unreadable: 'test/unreadable',
    holder: 'here:1:1:a',
    outage: new Outage('transport', silent),
    isAway: () => false,
    onOutage: () => undefined,
    logger: silent,
    instruments,
  });
  const commit = async (...ids: readonly string[]): Promise<void> => {
    const transaction = store.begin({ readOnly: false });
    await transaction.append({ outgoing: ids.map((id) => testEnvelope({ id })) });
    await transaction.commit();
    relay.wake();
  };
  relay.start();
  try {
    await commit('first');
    await eventually(async () => expect(await store.outbox.status()).toMatchObject({ waiting: { count: 0 } }));
    await work({ store, relay, published, moved, commit });
  } finally {
    await relay.stop(0);
  }
}

const untilEmpty = (store: Store): Promise<void> =>
  eventually(async () => expect(await store.outbox.status()).toMatchObject({ waiting: { count: 0 } }));

it('is taken once the relay has its lease', () =>
  withShortcut(
    async (ids) => ids,
    async ({ store, published, moved, commit }) => {
      await commit('a', 'b');
      await untilEmpty(store);
      expect([published, moved]).toEqual([['first'], ['a', 'b']]);
    },
  ));

it('leaves the rest to the transport, at once', () =>
  withShortcut(
    async (ids) => ids.filter((id) => id !== 'b'),
    async ({ store, published, moved, commit }) => {
      await commit('a', 'b', 'c');
      await untilEmpty(store);
      expect([published, moved]).toEqual([
        ['first', 'b'],
        ['a', 'c'],
      ]);
    },
  ));

it('that fails is left alone for a while, and everything goes through the transport', () => {
  let tries = 0;
  return withShortcut(
    async () => {
      tries++;
      throw new Error('permission denied for table anywise_message');
    },
    async ({ store, published, moved, commit }) => {
      await commit('a');
      await untilEmpty(store);
      await commit('b');
      await untilEmpty(store);
      expect([tries, published, moved]).toEqual([1, ['first', 'a', 'b'], []]);
    },
  );
});

it('is not taken with a lease that was lost, which the relay then asks for again', () =>
  withShortcut(
    async () => undefined,
    async ({ store, relay, published, moved, commit }) => {
      const lease = await store.outbox.lease('here:1:1:a', 10_000);
      if (lease === undefined) throw new Error('The relay has no lease.');
      await store.outbox.release(lease);
      const other = await store.outbox.lease('other', 3_600_000);
      await commit('a');
      await eventually(() => expect(relay.stalledMs).toBe(0));
      expect([published, moved, await store.outbox.status()]).toMatchObject([['first'], [], { waiting: { count: 1 } }]);
      if (other === undefined) throw new Error('The other has no lease.');
      await store.outbox.release(other);
      relay.wake();
      await untilEmpty(store);
      expect([published, moved]).toEqual([['first', 'a'], []]);
    },
  ));

it('is not taken while traces are recorded, which the transport is part of', () => {
  const relayed: string[] = [];
  const instruments = {
    isActive: true,
    deliveries: {
      relay: <T>(batch: readonly Envelope[], run: () => Promise<T>): Promise<T> => {
        relayed.push(...batch.map(({ id }) => id));
        return run();
      },
    },
  } as unknown as Instruments;
  return withShortcut(
    async (ids) => ids,
    async ({ store, published, moved, commit }) => {
      await commit('a');
      await untilEmpty(store);
      expect([published, moved, relayed]).toEqual([['first', 'a'], [], ['first', 'a']]);
    },
    { instruments },
  );
});

it('spares a search where it tells when the next is due, which is then made in time', () => {
  let searches = 0;
  let nextDueInMs: number | null = null;
  return withShortcut(
    async (ids) => ids,
    async ({ store, published, moved, commit }) => {
      await commit('a');
      await untilEmpty(store);
      const before = searches;
      await commit('b');
      await untilEmpty(store);
      expect([published, moved, searches]).toEqual([['first'], ['a', 'b'], before]);
      nextDueInMs = 20;
      await commit('c');
      await eventually(() => expect(searches).toBeGreaterThan(before));
    },
    { nextDueInMs: () => nextDueInMs, searched: () => searches++ },
  );
});
