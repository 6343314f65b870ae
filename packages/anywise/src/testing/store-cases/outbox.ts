import assert from 'node:assert/strict';
import { testEnvelope } from '../envelopes.js';
import { eventually } from '../eventually.js';
import { same } from '../same.js';
import type { StoreCase } from '../store-contract.js';
import { append, claim, entry, ids, leaseMs, pendingIds, relayLease } from './steps.js';

export const outboxCases: readonly StoreCase[] = [
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
