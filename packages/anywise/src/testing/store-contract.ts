import assert from 'node:assert/strict';
import type { Claim, InboxEntry, Store } from '../store.js';
import type { ContractCase } from './case.js';
import { testEntry, testEnvelope } from './envelopes.js';
import { eventually } from './eventually.js';
import { same } from './same.js';

/** A store under test, open. `again` opens the same data a second time, as another process would. */
export interface StoreFixture {
  readonly store: Store;
  readonly again: () => Promise<Store>;
}

/** `shared`: several processes can open the same data. */
export type StoreCapability = 'shared';

type StoreCase = ContractCase<StoreFixture, StoreCapability>;

const leaseMs = 30_000;

function claim(
  store: Store,
  options: { holder?: string; limit?: number; leaseMs?: number } = {},
): Promise<readonly Claim[]> {
  return store.inbox.claim({ listeners: ['listener'], holder: 'here:1:1:a', limit: 10, leaseMs, ...options });
}

async function claimOne(store: Store, options?: { limit?: number; leaseMs?: number }): Promise<Claim> {
  const [first] = await claim(store, options);
  assert.ok(first !== undefined, 'nothing could be claimed');
  return first;
}

async function finish(store: Store, claimed: Claim): Promise<boolean> {
  const transaction = store.begin({ readOnly: false });
  const finished = await transaction.finish(claimed);
  if (finished) await transaction.commit();
  else await transaction.rollback();
  return finished;
}

function entry(id: string, key?: string): InboxEntry {
  return testEntry({ id, key });
}

function ids(claims: readonly { readonly id: string }[]): string[] {
  return claims.map(({ id }) => id);
}

const outboxCases: readonly StoreCase[] = [
  {
    id: 'outbox-commit',
    behaviour: 'shows an event in the outbox once its transaction is committed, and not before',
    run: async ({ store }) => {
      const transaction = store.begin({ readOnly: false });
      await transaction.append([testEnvelope({ id: 'e1' })], []);
      assert.equal((await store.outbox.pending(10)).length, 0);
      await transaction.commit();
      same(ids((await store.outbox.pending(10)).map(({ envelope }) => envelope)), ['e1']);
    },
  },
  {
    id: 'outbox-rollback',
    behaviour: 'forgets the events and messages of a transaction that is rolled back',
    run: async ({ store }) => {
      const transaction = store.begin({ readOnly: false });
      await transaction.append([testEnvelope()], [entry('m1')]);
      await transaction.rollback();
      assert.equal((await store.outbox.pending(10)).length, 0);
      assert.equal((await claim(store)).length, 0);
    },
  },
  {
    id: 'outbox-once',
    behaviour: 'keeps an event once that is published twice before it has gone',
    run: async ({ store }) => {
      await append(store, ['e1']);
      await append(store, ['e1', 'e2']);
      same(await pendingIds(store), ['e1', 'e2']);
    },
  },
  {
    id: 'outbox-confirmed',
    behaviour: 'deletes only the rows that are confirmed',
    run: async ({ store }) => {
      await append(store, ['e1', 'e2', 'e3']);
      const [first, second] = await store.outbox.pending(10);
      const lease = await relayLease(store, 'a');
      await store.outbox.settle(lease, [
        { seq: Number(second?.seq), outcome: 'confirmed' },
        { seq: Number(first?.seq), outcome: 'retry', retryInMs: 0, error: 'no connection' },
      ]);
      same(await pendingIds(store), ['e1', 'e3']);
      assert.equal((await store.outbox.pending(10))[0]?.attempts, 1);
    },
  },
  {
    id: 'outbox-key-waits',
    behaviour: 'holds back the later events of a key while one waits for its retry, and lets other keys go',
    run: async ({ store }) => {
      await append(store, ['a1', 'b1', 'a2'], (id) => id.slice(0, 1));
      const [first] = await store.outbox.pending(10);
      const lease = await relayLease(store, 'a');
      await store.outbox.settle(lease, [
        { seq: Number(first?.seq), outcome: 'retry', retryInMs: 60_000, error: 'no connection' },
      ]);
      same(await pendingIds(store), ['b1']);
    },
  },
  {
    id: 'outbox-parked',
    behaviour: 'parks an event that can never go, keeps it and its key back, and counts it',
    run: async ({ store }) => {
      await append(store, ['a1', 'b1', 'a2'], (id) => id.slice(0, 1));
      const [first] = await store.outbox.pending(10);
      const lease = await relayLease(store, 'a');
      await store.outbox.settle(lease, [{ seq: Number(first?.seq), outcome: 'parked', error: 'too big' }]);
      same(await pendingIds(store), ['b1']);
      const { waiting, parked } = await store.outbox.status();
      same({ waiting, parked }, { waiting: 2, parked: 1 });
    },
  },
  {
    id: 'outbox-gaps',
    behaviour: 'selects events by state, so that one committed late is not passed over',
    run: async ({ store }) => {
      await append(store, ['e1']);
      const late = store.begin({ readOnly: false });
      await late.append([testEnvelope({ id: 'late' })], []);
      const [row] = await store.outbox.pending(10);
      await late.commit();
      await store.outbox.settle(await relayLease(store, 'a'), [{ seq: Number(row?.seq), outcome: 'confirmed' }]);
      same(await pendingIds(store), ['late']);
    },
  },
  {
    id: 'relay-one',
    behaviour: 'gives the relay lease to one holder at a time, and to the next when it is released',
    run: async ({ store }) => {
      const lease = await relayLease(store, 'a');
      assert.equal(await store.outbox.lease('b', leaseMs), undefined);
      same(await store.outbox.lease('a', leaseMs), lease);
      await store.outbox.release(lease);
      assert.equal((await relayLease(store, 'b')).epoch, lease.epoch + 1);
    },
  },
  {
    id: 'relay-fence',
    behaviour: 'refuses the outcomes of a relay whose lease has passed to another',
    run: async ({ store }) => {
      await append(store, ['e1']);
      const [row] = await store.outbox.pending(10);
      const old = await relayLease(store, 'a', 1);
      await eventually(() => relayLease(store, 'b'));
      assert.equal(await store.outbox.settle(old, [{ seq: Number(row?.seq), outcome: 'confirmed' }]), false);
      same(await pendingIds(store), ['e1']);
    },
  },
];

const inboxCases: readonly StoreCase[] = [
  {
    id: 'inbox-once',
    behaviour: 'takes a message in once, however often it comes, in one batch or in several',
    run: async ({ store }) => {
      await store.inbox.add([entry('m1'), entry('m1')]);
      await store.inbox.add([entry('m1'), entry('m2')]);
      same(ids(await claim(store)), ['m1', 'm2']);
    },
  },
  {
    id: 'inbox-handled-once',
    behaviour: 'remembers a message that was handled',
    run: async ({ store }) => {
      await store.inbox.add([entry('m1')]);
      assert.equal(await finish(store, await claimOne(store)), true);
      await store.inbox.add([entry('m1')]);
      same(await claim(store), []);
    },
  },
  {
    id: 'inbox-identity',
    behaviour: 'keeps the messages of two listeners apart',
    run: async ({ store }) => {
      await store.inbox.add([testEntry({ id: 'm1', listener: 'one' }), testEntry({ id: 'm1', listener: 'two' })]);
      const claims = await store.inbox.claim({ listeners: ['one', 'two'], holder: 'h', limit: 10, leaseMs });
      same(claims.map(({ listener }) => listener).sort(), ['one', 'two']);
    },
  },
  {
    id: 'inbox-own-listeners',
    behaviour: 'claims only for the listeners that are asked for',
    run: async ({ store }) => {
      await store.inbox.add([testEntry({ id: 'm1', listener: 'unknown' })]);
      same(await claim(store), []);
    },
  },
  {
    id: 'inbox-key-order',
    behaviour: 'hands out the messages of one key one after the other, in the order in which they came',
    run: async ({ store }) => {
      await store.inbox.add([entry('a1', 'a'), entry('a2', 'a'), entry('b1', 'b')]);
      const heads = await claim(store);
      same(ids(heads), ['a1', 'b1']);
      same(await claim(store), []);
      for (const head of heads.slice(0, 1)) await finish(store, head);
      same(ids(await claim(store)), ['a2']);
    },
  },
  {
    id: 'inbox-key-limit',
    behaviour: 'keeps the order of a key when several claim with a small limit',
    run: async ({ store }) => {
      await store.inbox.add([entry('a1', 'a'), entry('a2', 'a'), entry('a3', 'a'), entry('b1', 'b')]);
      const claims = await Promise.all([1, 2, 3].map(() => claim(store, { limit: 1 })));
      same(ids(claims.flat()).sort(), ['a1', 'b1']);
    },
  },
  {
    id: 'inbox-no-key',
    behaviour: 'hands out messages without a key all at once',
    run: async ({ store }) => {
      await store.inbox.add([entry('m1'), entry('m2'), entry('m3')]);
      assert.equal((await claim(store)).length, 3);
    },
  },
  {
    id: 'inbox-attempts',
    behaviour: 'counts an attempt when it is claimed, so that a message which kills its process is counted',
    run: async ({ store }) => {
      await store.inbox.add([entry('m1')]);
      assert.equal((await claimOne(store, { leaseMs: 1 })).attempt, 1);
      assert.equal((await eventually(() => claimOne(store))).attempt, 2);
    },
  },
  {
    id: 'inbox-fence',
    behaviour: 'refuses to finish a message for one whose lease has passed to another',
    run: async ({ store }) => {
      await store.inbox.add([entry('m1')]);
      const zombie = await claimOne(store, { leaseMs: 1 });
      const heir = await eventually(() => claimOne(store));
      assert.equal(await finish(store, zombie), false);
      assert.equal(await finish(store, heir), true);
    },
  },
  {
    id: 'inbox-extend',
    behaviour: 'lets a lease be extended while it is held, and tells when it is lost',
    run: async ({ store }) => {
      await store.inbox.add([entry('m1')]);
      const first = await claimOne(store, { leaseMs: 50 });
      same(await store.inbox.extend([first], leaseMs), []);
      same(await claim(store), []);
      await store.inbox.extend([first], 1);
      await eventually(() => claimOne(store));
      same(ids(await store.inbox.extend([first], leaseMs)), ['m1']);
    },
  },
  {
    id: 'inbox-retry',
    behaviour: 'makes a failed message wait, with its key, until its retry is due',
    run: async ({ store }) => {
      await store.inbox.add([entry('a1', 'a'), entry('a2', 'a')]);
      await store.inbox.fail(await claimOne(store), { retryInMs: 60, error: 'later' });
      same(await claim(store), []);
      const again = await eventually(() => claimOne(store));
      same({ id: again.id, attempt: again.attempt }, { id: 'a1', attempt: 2 });
    },
  },
  {
    id: 'inbox-free-retry',
    behaviour: 'does not count an attempt that failed for a reason outside of the message',
    run: async ({ store }) => {
      await store.inbox.add([entry('m1')]);
      await store.inbox.fail(await claimOne(store), { retryInMs: 0, error: 'unknown type', free: true });
      assert.equal((await eventually(() => claimOne(store))).attempt, 1);
    },
  },
  {
    id: 'inbox-park',
    behaviour: 'parks the key of a dead letter, so that its later messages wait',
    run: async ({ store }) => {
      await store.inbox.add([entry('a1', 'a'), entry('a2', 'a'), entry('b1', 'b')]);
      const poison = await claimOne(store, { limit: 1 });
      await store.inbox.fail(poison, { dead: 'park', error: 'poison' });
      same(ids(await claim(store)), ['b1']);
      assert.equal((await store.inbox.status()).dead, 1);
    },
  },
  {
    id: 'inbox-skip',
    behaviour: 'goes on with the key of a dead letter where that is asked for',
    run: async ({ store }) => {
      await store.inbox.add([entry('a1', 'a'), entry('a2', 'a')]);
      await store.inbox.fail(await claimOne(store), { dead: 'skip', error: 'poison' });
      same(ids(await claim(store)), ['a2']);
    },
  },
  {
    id: 'inbox-dead-on-arrival',
    behaviour: 'takes what cannot be read as a dead letter',
    run: async ({ store }) => {
      await store.inbox.add([testEntry({ id: 'm1', json: '{', dead: 'not JSON' })]);
      same(await claim(store), []);
      assert.equal((await store.inbox.status()).dead, 1);
    },
  },
  {
    id: 'inbox-fail-fence',
    behaviour: 'ignores the failure of one whose lease has passed to another',
    run: async ({ store }) => {
      await store.inbox.add([entry('m1')]);
      const zombie = await claimOne(store, { leaseMs: 1 });
      const heir = await eventually(() => claimOne(store));
      await store.inbox.fail(zombie, { dead: 'park', error: 'too late' });
      assert.equal(await finish(store, heir), true);
    },
  },
  {
    id: 'inbox-release',
    behaviour: 'gives a released message to the next, uncounted',
    run: async ({ store }) => {
      await store.inbox.add([entry('m1')]);
      await store.inbox.release([await claimOne(store)]);
      assert.equal((await claimOne(store)).attempt, 1);
    },
  },
  {
    id: 'inbox-with-outbox',
    behaviour: 'commits the end of a message together with the events it caused',
    run: async ({ store }) => {
      await store.inbox.add([entry('m1')]);
      const claimed = await claimOne(store);
      const transaction = store.begin({ readOnly: false });
      await transaction.append([testEnvelope({ id: 'caused' })], [testEntry({ id: 'own' })]);
      await transaction.finish(claimed);
      await transaction.commit();
      same(await pendingIds(store), ['caused']);
      same(ids(await claim(store)), ['own']);
    },
  },
  {
    id: 'inbox-clean',
    behaviour: 'deletes what was handled before the retention, and nothing else',
    run: async ({ store }) => {
      await store.inbox.add([entry('done'), entry('open')]);
      await finish(store, await claimOne(store));
      await store.clean(3_600_000);
      await store.inbox.add([entry('done')]);
      assert.equal((await store.inbox.status()).waiting, 0, 'a message within the retention was forgotten');
      await eventually(async () => {
        await store.clean(0);
        await store.inbox.add([entry('done')]);
        assert.equal((await store.inbox.status()).waiting, 1);
      });
    },
  },
  {
    id: 'inbox-watch',
    behaviour: 'tells watchers of messages that are taken in, and of events that are committed',
    run: async ({ store }) => {
      let calls = 0;
      const stop = store.watch(() => calls++);
      await store.inbox.add([entry('m1')]);
      await eventually(() => assert.ok(calls >= 1));
      const before = calls;
      await append(store, ['e1']);
      await eventually(() => assert.ok(calls > before));
      stop();
    },
  },
];

const replyCases: readonly StoreCase[] = [
  {
    id: 'reply-kept',
    behaviour: 'keeps a reply with the transaction that made it, and only the first under a key',
    run: async ({ store }) => {
      const key = { type: 'test.do', key: 'k1' };
      const lost = store.begin({ readOnly: false });
      await lost.keepReply(key, { fingerprint: 'f0', reply: 0 });
      await lost.rollback();
      assert.equal(await store.findReply(key), undefined);

      const first = store.begin({ readOnly: false });
      assert.equal(await first.keepReply(key, { fingerprint: 'f1', reply: { id: 1 } }), true);
      await first.commit();
      const second = store.begin({ readOnly: false });
      assert.equal(await second.keepReply(key, { fingerprint: 'f2', reply: { id: 2 } }), false);
      await second.rollback();
      same(await store.findReply(key), { fingerprint: 'f1', reply: { id: 1 } });
    },
  },
  {
    id: 'transaction-read-only',
    behaviour: 'refuses writes in a transaction that only reads',
    run: async ({ store }) => {
      const transaction = store.begin({ readOnly: true });
      await assert.rejects(async () => transaction.append([testEnvelope()], []), { code: 'READ_ONLY' });
      await transaction.rollback();
    },
  },
];

const sharedCases: readonly StoreCase[] = [
  {
    id: 'shared-claim',
    behaviour: 'hands a message to one of several processes',
    needs: ['shared'],
    run: async ({ store, again }) => {
      const other = await again();
      try {
        await store.inbox.add(Array.from({ length: 50 }, (_, n) => entry(`m${n}`, `k${n % 5}`)));
        const claims = await Promise.all([claim(store), claim(other), claim(store), claim(other)]);
        assert.equal(new Set(ids(claims.flat())).size, claims.flat().length);
        assert.equal(claims.flat().length, 5);
      } finally {
        await other.close();
      }
    },
  },
  {
    id: 'shared-watch',
    behaviour: 'tells watchers of what another process commits',
    needs: ['shared'],
    run: async ({ store, again }) => {
      const other = await again();
      let calls = 0;
      const stop = store.watch(() => calls++);
      try {
        await other.inbox.add([entry('m1')]);
        await eventually(() => assert.ok(calls >= 1));
      } finally {
        stop();
        await other.close();
      }
    },
  },
];

/** Every promise of a store. */
export const storeContract: readonly StoreCase[] = [...outboxCases, ...inboxCases, ...replyCases, ...sharedCases];

async function append(store: Store, eventIds: readonly string[], keyOf?: (id: string) => string): Promise<void> {
  const transaction = store.begin({ readOnly: false });
  const envelopes = eventIds.map((id) => testEnvelope({ id, ...(keyOf === undefined ? {} : { subject: keyOf(id) }) }));
  await transaction.append(envelopes, []);
  await transaction.commit();
}

async function pendingIds(store: Store): Promise<string[]> {
  return ids((await store.outbox.pending(10)).map(({ envelope }) => envelope));
}

async function relayLease(
  store: Store,
  holder: string,
  ms = leaseMs,
): Promise<{ readonly holder: string; readonly epoch: number }> {
  const lease = await store.outbox.lease(holder, ms);
  assert.ok(lease !== undefined, `${holder} did not get the relay lease`);
  return lease;
}
