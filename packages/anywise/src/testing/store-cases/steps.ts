import assert from 'node:assert/strict';
import type { OnDead } from '../../core/ports/inbox.js';
import type { DeadLetter, DeadLetterFilter } from '../../core/ports/dead-letters.js';
import type { Envelope } from '../../core/message/envelope.js';
import type { Claim, ClaimOptions, InboxEntry } from '../../core/ports/inbox.js';
import type { Due, OutboxOutcome, RelayLease } from '../../core/ports/outbox.js';
import type { Completion, Store, StoreTransaction } from '../../core/ports/store.js';
import { testEntry, testEnvelope } from '../envelopes.js';
import { eventually } from '../eventually.js';
import { same } from '../same.js';

/** A lease that does not end while a case runs, however slow the machine is. */
export const leaseMs = 3_600_000;

interface ClaimSteps {
  /** The limit for each listener; without a number, there is none. */
  readonly listeners?: readonly string[] | ReadonlyMap<string, number>;
  readonly holder?: string;
  readonly limit?: number;
  readonly leaseMs?: number;
  readonly takesFollowing?: boolean;
}

export async function claim({ inbox }: Store, options: ClaimSteps = {}): Promise<readonly Claim[]> {
  return (await inbox.claim(claimOptions(options))).claims;
}

export function claimOptions({ listeners = ['listener'], ...options }: ClaimSteps = {}): ClaimOptions {
  const places = listeners instanceof Map ? listeners : new Map([...listeners].map((name) => [name, 10_000] as const));
  return { holder: 'here:1:1:a', limit: 10, leaseMs, ...options, listeners: places as ReadonlyMap<string, number> };
}

export async function claimOne(store: Store, options?: ClaimSteps): Promise<Claim> {
  const [first] = await claim(store, options);
  assert.ok(first !== undefined, 'nothing could be claimed');
  return first;
}

/** Lets a lease expire, without telling its holder. */
export async function endLease(store: Store, claimed: Claim): Promise<void> {
  same(await store.inbox.extend([claimed], 0), []);
}

/** Of a time that was `ms` a moment ago. */
export function assertMostOf(ms: number, left: number | undefined): void {
  assert.ok(left !== undefined && left > ms / 2 && left <= ms, `of ${ms} ms there are ${String(left)} ms left`);
}

export function finish(store: Store, claimed: Claim): Promise<boolean> {
  return store.begin({ readOnly: false }).commit({ claim: claimed });
}

export function entry(id: string, key?: string): InboxEntry {
  return testEntry({ id, key });
}

export function ids(claims: readonly { readonly id: string }[]): string[] {
  return claims.map(({ id }) => id);
}

/** Adds a message and gives it up at once. */
export async function makeDead(
  store: Store,
  change: Partial<InboxEntry>,
  { onDead = 'park', error = 'poison' }: { onDead?: OnDead; error?: string } = {},
): Promise<void> {
  const added = testEntry(change);
  await store.inbox.add([added]);
  const claimed = await claimOne(store, { listeners: [added.listener], limit: 1 });
  assert.equal(claimed.id, added.id, 'another message was to be claimed before');
  await store.inbox.fail(claimed, { outcome: 'dead', onDead, error });
}

export async function deadLetters(store: Store, filter: DeadLetterFilter = {}): Promise<readonly DeadLetter[]> {
  return store.deadLetters.list(filter, { limit: 100 });
}

export async function transact<T>(
  store: Store,
  work: (transaction: StoreTransaction) => Promise<T>,
  completion?: Completion,
): Promise<T> {
  const transaction = store.begin({ readOnly: false });
  const result = await work(transaction);
  assert.equal(await transaction.commit(completion), true);
  return result;
}

export async function append(store: Store, eventIds: readonly string[], keyOf?: (id: string) => string): Promise<void> {
  await transact(store, (transaction) => transaction.append({ outgoing: envelopesOf(eventIds, keyOf) }));
}

export function envelopesOf(eventIds: readonly string[], keyOf?: (id: string) => string): Envelope[] {
  return eventIds.map((id) => testEnvelope({ id, ...(keyOf === undefined ? {} : { subject: keyOf(id) }) }));
}

export async function schedule(store: Store, id: string, due: Due, key?: string): Promise<void> {
  const envelope = testEnvelope({ id, ...(key === undefined ? {} : { subject: key }) });
  await transact(store, (transaction) => transaction.append({ scheduled: [{ envelope, due }] }));
}

export async function cancel(store: Store, id: string): Promise<boolean> {
  return transact(store, (transaction) => transaction.cancel(id));
}

export async function sendableIds(store: Store, limit = 10): Promise<string[]> {
  return (await store.outbox.sendable(limit)).rows.map(({ envelope }) => envelope?.id ?? 'unreadable');
}

export async function relayLease(store: Store, holder: string, ms = leaseMs): Promise<RelayLease> {
  const lease = await store.outbox.lease(holder, ms);
  assert.ok(lease !== undefined, `${holder} did not get the relay lease`);
  return lease;
}

/** The outcome of a row, without its number. */
export type Outcome =
  | { readonly outcome: 'confirmed' }
  | { readonly outcome: 'retry'; readonly retryInMs: number; readonly error: string }
  | { readonly outcome: 'parked'; readonly error: string };

/** Settles the rows of these envelopes, which must be due. */
export async function settle(
  store: Store,
  lease: RelayLease,
  outcomes: Readonly<Record<string, Outcome>>,
): Promise<boolean> {
  const { rows } = await store.outbox.sendable(1_000);
  const settled = Object.entries(outcomes).map(([id, outcome]): OutboxOutcome => {
    const row = rows.find(({ envelope }) => envelope?.id === id);
    assert.ok(row !== undefined, `${id} may not go now`);
    return { seq: row.seq, ...outcome };
  });
  return store.outbox.settle(lease, settled);
}

/** Waits until this much time has passed since a moment of this process's clock. */
export async function untilPassed(ms: number, since: number): Promise<void> {
  await eventually(() => assert.ok(performance.now() - since > ms, 'the time has not passed yet'));
}

/** The numbers from 0 to `count - 1`. */
export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}
