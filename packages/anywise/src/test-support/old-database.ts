import { expect } from '@jest/globals';
import { contract } from '../core/message/contract.js';
import { event } from '../core/message/declare.js';
import type { Envelope } from '../core/message/envelope.js';
import { type } from '../core/message/schema.js';
import type { Claim } from '../core/ports/inbox.js';
import type { Store } from '../core/ports/store.js';
import type { Transport } from '../core/ports/transport.js';
import { on } from '../core/registry/on.js';
import { memoryStore } from '../memory/store.js';
import { testEntry, testEnvelope } from '../testing/envelopes.js';
import { eventually } from '../testing/eventually.js';
import { startBus } from './start-bus.js';

/** A row of an outbox as a version before the migrations `anywise/002-…` kept it. */
export interface OldOutboxRow {
  readonly envelope: Envelope;
  readonly key: string | undefined;
  readonly state: 'waiting' | 'scheduled' | 'parked';
  readonly dueAt: number;
  readonly attempts: number;
  readonly error: string | null;
}

export interface OldInboxRow {
  readonly listener: string;
  readonly id: string;
  readonly key: string | undefined;
  readonly state: 'ready' | 'running' | 'handled' | 'dead' | 'parked' | 'blocking';
  readonly at: number;
  readonly attempts: number;
  readonly lease: string | null;
  readonly holder: string | null;
  readonly error: string | null;
  readonly original: string | null;
}

const data = type<{ readonly n: number }>();
class Paid extends event('payments.paid', { data, entityId: () => 'a' }) {}
const contracts = [contract('payments', { Paid })];
const types = [Paid.type];
const now = Date.now();
const later = now + 3_600_000;
/** Keys that an encoding might confuse, with each other or with the lane of a message without a key. */
export const oddKeys = ['', '=', '-', '=odd1', '-odd1', 'žluť'];

/** An event as its bus would have published it, with a number that tells the order. */
export function oldEnvelope(id: string, n: number, key?: string): Envelope {
  const time = new Date(now).toISOString();
  return testEnvelope({ id, type: Paid.type, time, data: { n }, ...(key === undefined ? {} : { subject: key }) });
}

function outboxRow(id: string, key: string | undefined, row: Partial<OldOutboxRow> = {}): OldOutboxRow {
  const envelope = oldEnvelope(id, 0, key);
  return { envelope, key, state: 'waiting', dueAt: 0, attempts: 0, error: null, ...row };
}

/** In the order of their numbers. */
export const oldOutbox: readonly OldOutboxRow[] = [
  outboxRow('later', 'a', { state: 'scheduled', dueAt: later }),
  outboxRow('due', undefined, { state: 'scheduled', dueAt: now - 1_000 }),
  outboxRow('a1', 'a'),
  outboxRow('alone1', undefined),
  outboxRow('parked', 'b', { state: 'parked', attempts: 1, error: 'too big' }),
  outboxRow('b2', 'b'),
  outboxRow('retried', 'c', { attempts: 2, dueAt: later, error: 'no route' }),
  outboxRow('c2', 'c'),
  outboxRow('a2', 'a'),
  outboxRow('parked-alone', undefined, { state: 'parked', attempts: 1, error: 'too big' }),
  ...oddKeys.map((key, n) => outboxRow(`odd${n}`, key)),
];

function inboxRow(listener: string, id: string, key: string | undefined, row: Partial<OldInboxRow> = {}): OldInboxRow {
  const nothing = { lease: null, holder: null, error: null, original: null };
  return { listener, id, key, state: 'ready', at: 0, attempts: 0, ...nothing, ...row };
}

/** The source of what the old inbox holds. */
const oldSource = '/before';

/** The envelope of an old row; of one that is edited, the one that came. */
export function oldInboxJson({ id, state }: OldInboxRow): string | null {
  return state === 'handled' ? null : JSON.stringify({ id, source: oldSource });
}

const running = { state: 'running', attempts: 1, holder: 'elsewhere|1|1|a' } as const;
const dead = { at: now - 60_000, attempts: 10, error: 'TypeError: no' } as const;

/** In the order of their numbers. */
export const oldInbox: readonly OldInboxRow[] = [
  inboxRow('ready', 'a1', 'a'),
  inboxRow('ready', 'alone', undefined),
  inboxRow('ready', 'a2', 'a'),
  ...oddKeys.map((key, n) => inboxRow('ready', `odd${n}`, key)),
  inboxRow('ended', 'e1', 'a', { ...running, at: now - 1_000, lease: 'ended' }),
  inboxRow('ended', 'e2', 'a'),
  inboxRow('held', 'h1', 'a', { ...running, at: later, lease: 'held' }),
  inboxRow('held', 'h2', 'a'),
  inboxRow('retried', 'r1', 'a', { at: later, attempts: 2, error: 'not yet' }),
  inboxRow('retried', 'r2', 'a'),
  inboxRow('skip', 's1', 'a', { state: 'dead', ...dead }),
  inboxRow('skip', 's2', 'a'),
  inboxRow('park', 'p1', 'a', { state: 'parked', ...dead, original: '{"was":"other","source":"/before"}' }),
  inboxRow('park', 'p2', 'a'),
  inboxRow('block', 'b1', undefined, { state: 'blocking', ...dead }),
  inboxRow('block', 'b2', 'a'),
  inboxRow('done', 'd1', 'a', { state: 'handled', at: now, attempts: 1 }),
];

export const oldReply = { type: 'payments.pay', key: 'k1', fingerprint: 'f1', reply: '{"n":1}' };
export const oldLease = { holder: 'elsewhere|1|1|a', epoch: 7, endsAt: now - 1_000 };

/** What the log holds, in the order of its numbers from 1 on, and who has read how far. */
export const oldLog = [1, 2, 3, 4, 5].map((n) => oldEnvelope(`log${n}`, n, 'a'));
export const oldConsumer = { name: 'orders', types: JSON.stringify(types), position: 3 };
/** What the log of a sender's test holds beside. */
export const oldWaiting = [6, 7, 8].map((n): OldOutboxRow =>
  outboxRow(`sent${n}`, 'a', { envelope: oldEnvelope(`sent${n}`, n, 'a') }),
);

const leaseMs = 30_000;

async function claim({ inbox }: Store, listener: string): Promise<readonly Claim[]> {
  const listeners = new Map([[listener, 20]]);
  return (await inbox.claim({ listeners, holder: 'here|1|1|a', limit: 20, leaseMs })).claims;
}

async function claimIds(store: Store, listener: string): Promise<string[]> {
  return (await claim(store, listener)).map(({ id }) => id);
}

async function sendableIds(store: Store): Promise<string[]> {
  return (await store.outbox.sendable(100)).rows.flatMap(({ envelope }) => envelope?.id ?? []);
}

function finish(
  store: Store,
  claimed: Pick<Claim, 'listener' | 'id' | 'key' | 'seq'>,
  lease: string,
): Promise<boolean> {
  const claim = { ...claimed, source: oldSource, type: 'test.happened', json: '{}', attempt: 1, lease };
  return store.begin({ readOnly: false }).commit({ claim });
}

/** Checks that what {@link oldOutbox} put into a store leaves it as it should. */
export async function expectOutboxGoesOn(store: Store): Promise<void> {
  expect(await store.outbox.status()).toMatchObject({
    waiting: { count: 12 },
    scheduled: { count: 2 },
    parked: { count: 2 },
  });
  const odd = oddKeys.map((_key, n) => `odd${n}`);
  await eventually(async () => expect(await sendableIds(store)).toEqual(['due', 'a1', 'alone1', 'a2', ...odd]));
  const [row] = (await store.outbox.sendable(1)).rows;
  expect(row?.envelope).toEqual(oldOutbox.find(({ envelope }) => envelope.id === row?.envelope?.id)?.envelope);

  const cancelling = store.begin({ readOnly: false });
  expect(await cancelling.cancel('later')).toBe(true);
  expect(await cancelling.commit()).toBe(true);
  expect(await store.parked.list(10)).toMatchObject([
    { envelope: { id: 'parked' }, attempts: 1, error: 'too big' },
    { envelope: { id: 'parked-alone' }, attempts: 1, error: 'too big' },
  ]);
  expect(await store.parked.discard('parked-alone')).toBe(true);
  expect(await store.parked.retry()).toBe(1);
  expect((await sendableIds(store)).filter((id) => ['parked', 'b2'].includes(id))).toEqual(['parked', 'b2']);

  expect(await store.outbox.lease('here|1|1|a', leaseMs)).toMatchObject({ epoch: oldLease.epoch + 1 });
  const appending = store.begin({ readOnly: false });
  await appending.append({ outgoing: [oldEnvelope('a1', 0, 'a'), oldEnvelope('new', 0, 'a')] });
  await appending.commit();
  expect((await sendableIds(store)).at(-1)).toBe('new');
  expect(await store.outbox.status()).toMatchObject({
    waiting: { count: 15 },
    scheduled: { count: 0 },
    parked: { count: 0 },
  });
}

/** Checks that what {@link oldInbox} put into a store is handled as it should. */
export async function expectInboxGoesOn(store: Store): Promise<void> {
  expect(await store.inbox.status()).toMatchObject({
    waiting: { count: 16 },
    running: { count: 2 },
    dead: { count: 3 },
  });
  const ready = await claim(store, 'ready');
  expect(ready.map(({ id, key }) => [id, key])).toEqual([
    ['a1', 'a'],
    ['alone', undefined],
    ...oddKeys.map((key, n) => [`odd${n}`, key]),
  ]);
  for (const claimed of ready) expect(await finish(store, claimed, claimed.lease)).toBe(true);
  expect(await claimIds(store, 'ready')).toEqual(['a2']);

  expect(await claim(store, 'ended')).toMatchObject([{ id: 'e1', key: 'a', isSuspect: true }]);
  expect(await claimIds(store, 'held')).toEqual([]);
  expect(await claimIds(store, 'retried')).toEqual([]);
  expect(await claimIds(store, 'skip')).toEqual(['s2']);
  expect(await claimIds(store, 'park')).toEqual([]);
  expect(await claimIds(store, 'block')).toEqual([]);
  const seqOf = (id: string): number => oldInbox.findIndex((row) => row.id === id) + 1;
  expect(await finish(store, { listener: 'held', id: 'h1', key: 'a', seq: seqOf('h1') }, 'held')).toBe(true);
  expect(await claimIds(store, 'held')).toEqual(['h2']);

  const letters = await store.deadLetters.list({}, { limit: 10 });
  expect(letters.map(({ id, key, holdsUp }) => [id, key, holdsUp])).toEqual([
    ['s1', 'a', 'nothing'],
    ['p1', 'a', 'key'],
    ['b1', undefined, 'listener'],
  ]);
  expect(letters[1]).toMatchObject({
    error: 'TypeError: no',
    attempts: 10,
    original: '{"was":"other","source":"/before"}',
    seq: seqOf('p1'),
  });
  expect(await store.deadLetters.replay({ listener: 'park' })).toBe(1);
  expect(await claim(store, 'park')).toMatchObject([{ id: 'p1', attempt: 1 }]);
  expect(await store.deadLetters.discard({ listener: 'block' })).toBe(1);
  expect(await claimIds(store, 'block')).toEqual(['b2']);

  const known = oldInbox.map(({ listener, id }) => testEntry({ listener, source: oldSource, id, key: 'a' }));
  const before = await store.inbox.status();
  await store.inbox.add(known);
  const { oldestMs: _oldest, listeners: _listeners, ...counts } = await store.inbox.status();
  expect(before).toMatchObject(counts);

  // The source of what was handled was not kept: it is known by its id alone. The others have theirs from their envelope.
  const others = oldInbox.filter(({ listener }) => ['held', 'done'].includes(listener));
  await store.inbox.add(others.map(({ listener, id }) => testEntry({ listener, source: '/other', id, key: 'b' })));
  const { waiting } = await store.inbox.status();
  expect(waiting.count - before.waiting.count).toBe(others.filter(({ listener }) => listener === 'held').length);

  await store.clean(-1_000);
  await store.inbox.add([testEntry({ listener: 'done', source: oldSource, id: 'd1' })]);
  expect((await store.inbox.status()).waiting.count - waiting.count).toBe(1);
}

/** Checks that {@link oldReply} still holds its key. */
export async function expectReplyIsKept(store: Store): Promise<void> {
  const { fingerprint, ...key } = { type: oldReply.type, key: oldReply.key, fingerprint: oldReply.fingerprint };
  expect(await store.findReply(key)).toEqual({ fingerprint, reply: { n: 1 } });
  const reply = { key, kept: { fingerprint: 'f2', reply: 2 } };
  expect(await store.begin({ readOnly: false }).commit({ reply })).toBe(false);
}

/** Starts services on an old store and an old log, and checks that what had not been read comes, in order, and nothing else. */
export async function expectServicesGoOn(payments: Store, connect: () => Transport): Promise<void> {
  const seen: Record<'orders' | 'late', number[]> = { orders: [], late: [] };
  const listener = (name: 'orders' | 'late') => on(Paid).listen(({ n }) => void seen[name].push(n));
  const service = (name: 'orders' | 'late') =>
    startBus({ name, contracts, items: [listener(name)], store: memoryStore(), transport: connect() });
  await using _payments = await startBus({ name: 'payments', contracts, store: payments, transport: connect() });
  await using _orders = await service('orders');
  await using _late = await service('late');
  await eventually(() => expect(seen).toEqual({ orders: [4, 5, 6, 7, 8], late: [1, 2, 3, 4, 5, 6, 7, 8] }));
}
