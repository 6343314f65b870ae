import assert from 'node:assert/strict';
import { eventually } from '../eventually.js';
import { same } from '../same.js';
import type { StoreCase } from '../store-case.js';
import { append, leaseMs, relayLease, sendableIds, settle, untilPassed } from './steps.js';

/** Who may move events from the outbox to the transport. */
export const relayCases: readonly StoreCase[] = [
  {
    id: 'relay-one',
    behaviour: 'grants the relay lease to one holder at a time, and to the next when it is released',
    run: async ({ store }) => {
      const lease = await relayLease(store, 'a');
      assert.equal(await store.outbox.lease('b', leaseMs), undefined);
      same(await store.outbox.lease('a', leaseMs), lease);
      await store.outbox.release(lease);
      assert.equal((await relayLease(store, 'b')).epoch, lease.epoch + 1);
    },
  },
  {
    id: 'relay-race',
    behaviour: 'grants the relay lease to one of many concurrent requests',
    run: async ({ store }) => {
      const holders = ['a', 'b', 'c', 'd', 'e'];
      const leases = await Promise.all(holders.map((holder) => store.outbox.lease(holder, leaseMs)));
      assert.equal(leases.filter((lease) => lease !== undefined).length, 1);
    },
  },
  {
    id: 'relay-renew',
    behaviour: 'extends the relay lease from its renewal, under the same epoch',
    run: async ({ store }) => {
      const takenAt = performance.now();
      await relayLease(store, 'a', 50);
      const renewed = await relayLease(store, 'a');
      await untilPassed(50, takenAt);
      assert.equal(await store.outbox.lease('b', leaseMs), undefined);
      same(await relayLease(store, 'a'), renewed);
    },
  },
  {
    id: 'relay-fence',
    behaviour: 'refuses the outcomes of a relay whose lease has passed to another',
    run: async ({ store }) => {
      await append(store, ['e1']);
      const [row] = (await store.outbox.sendable(10)).rows;
      const old = await relayLease(store, 'a', 1);
      await eventually(() => relayLease(store, 'b'));
      assert.equal(await store.outbox.settle(old, [{ seq: Number(row?.seq), outcome: 'confirmed' }]), false);
      same(await sendableIds(store), ['e1']);
    },
  },
  {
    id: 'relay-return',
    behaviour: 'refuses the outcomes that a relay gathered under an earlier lease, even if it holds the lease again',
    run: async ({ store }) => {
      await append(store, ['e1']);
      const old = await relayLease(store, 'a', 1);
      const other = await eventually(() => relayLease(store, 'b', 1));
      const again = await eventually(() => relayLease(store, 'a'));
      assert.ok(old.epoch < other.epoch && other.epoch < again.epoch, 'the epoch did not grow');
      assert.equal(await settle(store, old, { e1: { outcome: 'confirmed' } }), false);
      assert.equal(await settle(store, again, { e1: { outcome: 'confirmed' } }), true);
    },
  },
  {
    id: 'relay-release-fence',
    behaviour: 'ignores the release of a relay whose lease has passed to another',
    run: async ({ store }) => {
      const old = await relayLease(store, 'a', 1);
      const heir = await eventually(() => relayLease(store, 'b'));
      await store.outbox.release(old);
      assert.equal(await store.outbox.lease('c', leaseMs), undefined);
      same(await relayLease(store, 'b'), heir);
    },
  },
];
