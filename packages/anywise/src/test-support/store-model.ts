import fc from 'fast-check';
import type { Claim, OnDead } from '../core/ports/inbox.js';
import type { Store } from '../core/ports/store.js';
import { testEntry, testEnvelope } from '../testing/envelopes.js';

/** One step of a random history of a store. A claim is meant by its place among those that were given out. */
export type Step =
  | { readonly do: 'add'; readonly entries: readonly Entry[] }
  | { readonly do: 'claim'; readonly limit: number; readonly places: number }
  | { readonly do: 'finish' | 'release' | 'extend' | 'endLease'; readonly at: number }
  | { readonly do: 'fail'; readonly at: number; readonly how: OnDead | 'retry' | 'free' }
  | { readonly do: 'replay' | 'discard'; readonly id: string }
  | { readonly do: 'publish'; readonly id: string; readonly key: string | undefined }
  | { readonly do: 'confirm' | 'park'; readonly at: number }
  | { readonly do: 'retryParked' };

interface Entry {
  readonly listener: string;
  readonly source: string;
  readonly id: string;
  readonly key: string | undefined;
  readonly error: string | undefined;
}

const leaseMs = 3_600_000;
const id = fc.constantFrom('m1', 'm2', 'm3', 'm4', 'm5');
const key = fc.constantFrom(undefined, 'a', 'b');
const at = fc.nat(5);

const entry = fc.record({
  listener: fc.constantFrom('one', 'two'),
  source: fc.constantFrom('/a', '/b'),
  id,
  key,
  error: fc.oneof(
    { weight: 9, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constant('unreadable') },
  ),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('add' as const), entries: fc.array(entry, { maxLength: 6 }) }),
  // A store may claim fewer than it could where the places of one listener are taken, so there are all or none.
  fc.record({
    do: fc.constant('claim' as const),
    limit: fc.integer({ min: 1, max: 5 }),
    places: fc.constantFrom(5, 0),
  }),
  fc.record({ do: fc.constantFrom('finish' as const, 'release' as const, 'extend' as const, 'endLease' as const), at }),
  fc.record({
    do: fc.constant('fail' as const),
    at,
    how: fc.constantFrom('park' as const, 'skip' as const, 'block' as const, 'retry' as const, 'free' as const),
  }),
  fc.record({ do: fc.constantFrom('replay' as const, 'discard' as const), id }),
  fc.record({ do: fc.constant('publish' as const), id, key }),
  fc.record({ do: fc.constantFrom('confirm' as const, 'park' as const), at }),
  fc.record({ do: fc.constant('retryParked' as const) }),
);

/** Random histories of a store. */
export const histories = fc.array(step, { minLength: 1, maxLength: 25 });

/** Runs a history on a store, and gives what can be seen of it after each step. */
export async function observe(store: Store, history: readonly Step[]): Promise<readonly string[]> {
  const claims: Claim[] = [];
  const seen: string[] = [];
  for (const next of history) {
    const result = await take(store, next, claims);
    seen.push(JSON.stringify([next.do, result, await stateOf(store)]));
  }
  return seen;
}

async function take(store: Store, next: Step, claims: Claim[]): Promise<unknown> {
  switch (next.do) {
    case 'add':
      await store.inbox.add(next.entries.map(({ error, ...rest }) => testEntry({ ...rest, ...(error && { error }) })));
      return undefined;
    case 'claim': {
      const listeners = new Map(['one', 'two'].map((name) => [name, next.places] as const));
      const { claims: given } = await store.inbox.claim({
        listeners,
        holder: 'here|1|1|a',
        limit: next.limit,
        leaseMs,
      });
      claims.push(...given);
      return given.map(({ listener, source, id, key, attempt, isSuspect }) => {
        return [listener, source, id, key, attempt, isSuspect === true];
      });
    }
    case 'publish': {
      const transaction = store.begin({ readOnly: false });
      const envelope = testEnvelope({ id: next.id, ...(next.key === undefined ? {} : { subject: next.key }) });
      await transaction.append({ outgoing: [envelope] });
      return transaction.commit();
    }
    case 'confirm':
    case 'park':
      return settle(store, next);
    case 'retryParked':
      return store.parked.retry();
    case 'replay':
      return store.deadLetters.replay({ id: next.id });
    case 'discard':
      return store.deadLetters.discard({ id: next.id });
    default:
      return onClaim(store, next, claims[next.at]);
  }
}

async function onClaim(
  store: Store,
  next: Extract<Step, { readonly at: number }>,
  claimed: Claim | undefined,
): Promise<unknown> {
  if (claimed === undefined) return undefined;
  switch (next.do) {
    case 'finish':
      return store.begin({ readOnly: false }).commit({ claim: claimed });
    case 'release':
      return store.inbox.release([claimed]);
    case 'extend':
      return (await store.inbox.extend([claimed], leaseMs)).length;
    case 'endLease':
      // Far enough in the past that no clock has to pass before it has ended.
      return (await store.inbox.extend([claimed], -1_000)).length;
    case 'fail': {
      const { how } = next;
      if (how !== 'retry' && how !== 'free')
        return store.inbox.fail(claimed, { outcome: 'dead', onDead: how, error: 'no' });
      const failure = { outcome: 'retry' as const, retryInMs: -1_000, error: 'no', free: how === 'free' };
      return store.inbox.fail(claimed, failure);
    }
    default:
      return undefined;
  }
}

async function settle(store: Store, next: { readonly do: 'confirm' | 'park'; readonly at: number }): Promise<unknown> {
  const lease = await store.outbox.lease('here|1|1|a', leaseMs);
  const row = (await store.outbox.sendable(10)).rows[next.at];
  if (lease === undefined || row === undefined) return lease !== undefined;
  const { seq } = row;
  const outcome = next.do === 'confirm' ? { seq, outcome: 'confirmed' as const } : parked(seq);
  return store.outbox.settle(lease, [outcome]);
}

function parked(seq: number): { readonly seq: number; readonly outcome: 'parked'; readonly error: string } {
  return { seq, outcome: 'parked', error: 'too big' };
}

/** Without times and numbers: they differ. */
async function stateOf(store: Store): Promise<unknown> {
  const { waiting, running, dead } = await store.inbox.status();
  const letters = await store.deadLetters.list({}, { limit: 100 });
  const { rows } = await store.outbox.sendable(100);
  return {
    inbox: [waiting.count, running.count, dead.count],
    dead: letters.map(({ listener, source, id, key, holdsUp, attempts, error }) => {
      return [listener, source, id, key, holdsUp, attempts, error];
    }),
    outbox: rows.map(({ envelope, attempts }) => [envelope?.id, attempts]),
    parked: (await store.parked.list(100)).map(({ id, attempts }) => [id, attempts]),
  };
}
