import assert from 'node:assert/strict';
import { testEnvelope } from '../envelopes.js';
import { eventually } from '../eventually.js';
import { same } from '../same.js';
import type { StoreCase } from '../store-case.js';
import type { Claim } from '../../core/ports/inbox.js';
import type { Store } from '../../core/ports/store.js';
import {
  assertMostOf,
  claim,
  claimOne,
  claimOptions,
  endLease,
  entry,
  finish,
  ids,
  leaseMs,
  sendableIds,
  untilPassed,
} from './steps.js';

/** Claims a message, lets the lease end, and claims it for another holder: the first is a zombie then. */
async function zombieAndHeir(store: Store): Promise<{ readonly zombie: Claim; readonly heir: Claim }> {
  await store.inbox.add([entry('m1', 'a'), entry('m2', 'a')]);
  const zombie = await claimOne(store, { leaseMs: 1 });
  const heir = await eventually(() => claimOne(store));
  assert.equal(heir.id, zombie.id);
  return { zombie, heir };
}

/** Who may finish a message, and what happens to those whose holder is gone. */
export const leaseCases: readonly StoreCase[] = [
  {
    id: 'inbox-attempts',
    behaviour: 'counts an attempt whose process died only if nothing else was in hand there',
    run: async ({ store }) => {
      await store.inbox.add([entry('m1')]);
      await claimOne(store, { leaseMs: 1 });
      const beside = await eventually(() => claimOne(store));
      same({ attempt: beside.attempt, isSuspect: beside.isSuspect }, { attempt: 1, isSuspect: true });
      same(await store.inbox.extend([beside], 1, true), []);
      const alone = await eventually(() => claimOne(store));
      same({ attempt: alone.attempt, isSuspect: alone.isSuspect }, { attempt: 2, isSuspect: true });
      await store.inbox.fail(alone, { outcome: 'retry', retryInMs: 0, error: 'it survived' });
      const again = await eventually(() => claimOne(store));
      same({ attempt: again.attempt, isSuspect: again.isSuspect }, { attempt: 3, isSuspect: false });
    },
  },
  {
    id: 'inbox-suspects',
    behaviour: 'hands out messages that may have killed their process one at a time, before all others',
    run: async ({ store }) => {
      await store.inbox.add([entry('m1'), entry('m2')]);
      const zombies = await claim(store);
      same(ids(zombies), ['m1', 'm2']);
      same(await store.inbox.extend(zombies, 0), []);
      await store.inbox.add([entry('m3'), entry('m4')]);
      const [first, ...others] = await claim(store);
      const [second, ...noOthers] = await claim(store);
      same([first?.isSuspect, second?.isSuspect, others, noOthers], [true, true, [], []]);
      same([first?.id, second?.id].sort(), ['m1', 'm2']);
      same(ids(await claim(store)), ['m3', 'm4']);
    },
  },
  {
    id: 'lease-ends',
    behaviour: 'makes a message due again when its lease ends, and keeps its key in order',
    run: async ({ store }) => {
      await store.inbox.add([entry('a1', 'a'), entry('a2', 'a')]);
      const claimed = await claimOne(store);
      same(await claim(store), []);
      await endLease(store, claimed);
      same(ids(await eventually(async () => [await claimOne(store)])), ['a1']);
      same(await claim(store), []);
    },
  },
  {
    id: 'inbox-next',
    behaviour:
      'reports how long it is until the lease of a message ends or its retry is due, where none can be claimed',
    run: async ({ store }) => {
      const nextDueInMs = async (): Promise<number | undefined> => {
        const { claims, nextDueInMs: inMs } = await store.inbox.claim(claimOptions());
        same(claims, []);
        return inMs;
      };
      assert.equal(await nextDueInMs(), undefined);
      await store.inbox.add([entry('a1', 'a'), entry('a2', 'a')]);
      const claimed = await claimOne(store, { leaseMs: 60_000 });
      assertMostOf(60_000, await nextDueInMs());
      await store.inbox.fail(claimed, { outcome: 'retry', retryInMs: 3_600_000, error: 'not yet' });
      assertMostOf(3_600_000, await nextDueInMs());
    },
  },
  {
    id: 'inbox-fence',
    behaviour: 'refuses to finish a message for a holder whose lease has passed to another',
    run: async ({ store }) => {
      const { zombie, heir } = await zombieAndHeir(store);
      assert.equal(await finish(store, zombie), false);
      assert.equal(await finish(store, heir), true);
    },
  },
  {
    id: 'lease-fence-effects',
    behaviour: 'rolls back everything a holder did after its lease passed to another',
    run: async ({ store }) => {
      const { zombie } = await zombieAndHeir(store);
      const transaction = store.begin({ readOnly: false });
      await transaction.append({ outgoing: [testEnvelope({ id: 'caused' })], incoming: [entry('own')] });
      assert.equal(await transaction.commit({ claim: zombie }), false);
      same(await sendableIds(store), []);
    },
  },
  {
    id: 'inbox-fail-fence',
    behaviour: 'ignores a failure from a holder whose lease has passed to another',
    run: async ({ store }) => {
      const { zombie, heir } = await zombieAndHeir(store);
      await store.inbox.fail(zombie, { outcome: 'dead', onDead: 'park', error: 'too late' });
      await store.inbox.fail(zombie, { outcome: 'retry', retryInMs: 0, error: 'too late' });
      same(await claim(store), []);
      assert.equal(await finish(store, heir), true);
    },
  },
  {
    id: 'lease-release-fence',
    behaviour: 'ignores a release from a holder whose lease has passed to another',
    run: async ({ store }) => {
      const { zombie, heir } = await zombieAndHeir(store);
      await store.inbox.release([zombie]);
      same(await claim(store), []);
      assert.equal(await finish(store, heir), true);
    },
  },
  {
    id: 'lease-extend-fence',
    behaviour: 'does not extend the lease of the new holder for the one who lost it',
    run: async ({ store }) => {
      await store.inbox.add([entry('m1')]);
      const zombie = await claimOne(store, { leaseMs: 1 });
      const heir = await eventually(() => claimOne(store));
      same(ids(await store.inbox.extend([zombie], leaseMs)), ['m1']);
      await endLease(store, heir);
      same(ids(await store.inbox.extend([zombie], leaseMs)), ['m1']);
      assert.equal((await eventually(() => claimOne(store))).isSuspect, true);
    },
  },
  {
    id: 'inbox-extend',
    behaviour: 'extends a lease while it is held, and reports when it is lost',
    run: async ({ store }) => {
      await store.inbox.add([entry('m1')]);
      const claimedAt = performance.now();
      const first = await claimOne(store, { leaseMs: 50 });
      // A lease that has ended is held until another claims the message.
      same(await store.inbox.extend([first], leaseMs), []);
      await untilPassed(50, claimedAt);
      same(await claim(store), []);
      await store.inbox.extend([first], 1);
      await eventually(() => claimOne(store));
      same(ids(await store.inbox.extend([first], leaseMs)), ['m1']);
    },
  },
  {
    id: 'lease-lost-in-batch',
    behaviour: 'reports which leases of a batch are lost, and extends the others',
    run: async ({ store }) => {
      await store.inbox.add([entry('m1'), entry('m2'), entry('m3')]);
      const claims = await claim(store);
      const [first, second, third] = claims;
      assert.ok(first !== undefined && second !== undefined && third !== undefined, 'too little was found');
      await finish(store, first);
      await store.inbox.release([third]);
      same(ids(await store.inbox.extend(claims, leaseMs)).sort(), ['m1', 'm3']);
      same(ids(await claim(store)), ['m3']);
      assert.equal(await finish(store, second), true);
    },
  },
  {
    id: 'inbox-release',
    behaviour: 'hands out a released message next, without counting the attempt, before later ones',
    run: async ({ store }) => {
      await store.inbox.add([entry('m1'), entry('m2')]);
      await store.inbox.release([await claimOne(store, { limit: 1 })]);
      const [first] = await claim(store, { limit: 1 });
      same({ id: first?.id, attempt: first?.attempt }, { id: 'm1', attempt: 1 });
    },
  },
  {
    id: 'lease-new-each-time',
    behaviour: 'gives each claim of a message its own lease, even for the same holder',
    run: async ({ store }) => {
      const { zombie, heir } = await zombieAndHeir(store);
      assert.notEqual(zombie.lease, heir.lease);
    },
  },
];
