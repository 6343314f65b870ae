import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { holderName, isDeadHolder } from '../../kit/lease-holder.js';
import type { Store } from '../../core/ports/store.js';
import { testEntry } from '../envelopes.js';
import { eventually } from '../eventually.js';
import { same } from '../same.js';
import type { StoreCase, StoreFixture } from '../store-case.js';
import { storm } from './order.js';
import { keep } from './replies.js';
import {
  append,
  cancel,
  claim,
  claimOne,
  claimOptions,
  deadLetters,
  entry,
  finish,
  ids,
  leaseMs,
  makeDead,
  sendableIds,
  relayLease,
  schedule,
  settle,
  upTo,
} from './steps.js';

/** Uses the store, and the same data as another process would. */
function withOther(work: (store: Store, other: Store) => Promise<void>): (fixture: StoreFixture) => Promise<void> {
  return async ({ store, again }) => {
    const other = await again();
    try {
      await work(store, other);
    } finally {
      await other.close();
    }
  };
}

/** A holder on this machine whose process has ended. */
function deadHolder(): string {
  const { pid } = spawnSync(process.execPath, ['--version']);
  return holderName('dead').replace(`|${process.pid}|`, `|${pid}|`);
}

/** Work that runs while this process's clock is wrong. */
async function withClockMoved<T>(byMs: number, work: () => Promise<T>): Promise<T> {
  const { now } = Date;
  Date.now = () => now.call(Date) + byMs;
  try {
    return await work();
  } finally {
    Date.now = now;
  }
}

/** Several processes that share data. */
const cases: readonly StoreCase[] = [
  {
    id: 'shared-claim',
    behaviour: 'hands out a message to only one of several processes',
    run: withOther(async (store, other) => {
      await store.inbox.add(upTo(50).map((n) => entry(`m${n}`, `k${n % 5}`)));
      const claims = await Promise.all([claim(store), claim(other), claim(store), claim(other)]);
      assert.equal(new Set(ids(claims.flat())).size, claims.flat().length);
      assert.equal(claims.flat().length, 5);
    }),
  },
  {
    id: 'shared-owner',
    behaviour: 'belongs to the first service that opens it, in however many processes, and to no other',
    run: withOther(async (store, other) => {
      const services = ['orders', 'payments', 'orders', 'payments'];
      const outcomes = await Promise.allSettled(services.map((service, n) => (n % 2 ? other : store).check(service)));
      const owners = new Set(services.filter((_service, n) => outcomes[n]?.status === 'fulfilled'));
      assert.equal(owners.size, 1);
      const [owner = ''] = owners;
      await assert.rejects(other.check(owner === 'orders' ? 'payments' : 'orders'), { code: 'STORE_TAKEN' });
      await other.check(owner);
      await other.check();
    }),
  },
  {
    id: 'shared-storm',
    behaviour: 'handles each message once and each key in order, however many processes claim and die',
    run: withOther(async (store, other) => storm([store, other], { messages: 240, keys: 8 })),
  },
  {
    id: 'shared-zombie',
    behaviour: 'refuses the commit of a process whose lease has passed to another process',
    run: withOther(async (store, other) => {
      await store.inbox.add([entry('m1')]);
      const zombie = await claimOne(store, { leaseMs: 1 });
      const heir = await eventually(() => claimOne(other, { holder: 'there' }));
      assert.equal(await finish(store, zombie), false);
      same(ids(await store.inbox.extend([zombie], leaseMs)), ['m1']);
      assert.equal(await finish(other, heir), true);
    }),
  },
  {
    id: 'shared-once',
    behaviour: 'adds a message and an event once that several processes bring at the same time',
    run: withOther(async (store, other) => {
      const many = upTo(50).map((n) => entry(`m${n}`));
      await Promise.all([store, other].map((one) => one.inbox.add(many)));
      await Promise.all([store, other].map((one) => append(one, ids(many))));
      same(ids(await claim(store, { limit: 100 })).sort(), ids(many).sort());
      same((await sendableIds(other, 100)).sort(), ids(many).sort());
    }),
  },
  {
    id: 'shared-order',
    behaviour: 'shows every process what others have committed, in one order',
    run: withOther(async (store, other) => {
      for (const n of upTo(10)) await append(n % 2 === 0 ? store : other, [`e${n}`]);
      const expected = upTo(10).map((n) => `e${n}`);
      same(await sendableIds(store), expected);
      same(await sendableIds(other), expected);
    }),
  },
  {
    id: 'shared-relay',
    behaviour: 'passes the relay from one process to another, and refuses the outcomes of the first',
    run: withOther(async (store, other) => {
      await append(store, ['e1', 'e2']);
      const first = await relayLease(store, 'first');
      assert.equal(await other.outbox.lease('second', leaseMs), undefined);
      assert.equal(await settle(store, first, { e1: { outcome: 'confirmed' } }), true);
      await store.outbox.release(first);
      const second = await relayLease(other, 'second');
      assert.equal(second.epoch > first.epoch, true);
      assert.equal(await settle(store, first, { e2: { outcome: 'parked', error: 'too late' } }), false);
      assert.equal(await settle(other, second, { e2: { outcome: 'confirmed' } }), true);
    }),
  },
  {
    id: 'shared-dead-holder',
    behaviour: 'frees the messages and the relay of a dead process at once',
    run: withOther(async (store, other) => {
      const holder = deadHolder();
      await store.inbox.add([entry('m1')]);
      await claimOne(store, { holder });
      const dead = await relayLease(store, holder);
      const alive = holderName('alive');
      if (!isDeadHolder(holder)) {
        // On other systems than Linux a dead process is not recognised, and its leases have to expire.
        same(await claim(other, { holder: alive }), []);
        assert.equal(await other.outbox.lease(alive, leaseMs), undefined);
        return;
      }
      same(ids(await eventually(async () => [await claimOne(other, { holder: alive })])), ['m1']);
      assert.equal((await relayLease(other, alive)).epoch, dead.epoch + 1);
      same(await claim(store, { holder: holderName('third') }), []);
      assert.equal(await store.outbox.lease(holderName('third'), leaseMs), undefined);
    }),
  },
  {
    id: 'shared-next',
    behaviour: 'has an inbox searched again soon while another process handles its messages, which may die unheard',
    run: withOther(async (store, other) => {
      await store.inbox.add([entry('m1')]);
      const claimed = await claimOne(other, { holder: 'here:2:1:a', leaseMs: 3_600_000 });
      const { claims, nextDueInMs } = await store.inbox.claim(claimOptions());
      same(claims, []);
      assert.ok(nextDueInMs !== undefined && nextDueInMs <= 5_000, `it is searched in ${String(nextDueInMs)} ms`);
      assert.equal(await finish(other, claimed), true);
      assert.equal((await store.inbox.claim(claimOptions())).nextDueInMs, undefined);
    }),
  },
  {
    id: 'shared-clock',
    behaviour: "uses the database's clock, however wrong that of a process is",
    run: withOther(async (store, other) => {
      await store.inbox.add([entry('m1')]);
      await claimOne(store);
      await relayLease(store, 'first');
      await schedule(store, 'later', { delayMs: 60_000 });
      await makeDead(store, { id: 'dead' }, { onDead: 'skip' });
      for (const byMs of [3_600_000, -3_600_000]) {
        await withClockMoved(byMs, async () => {
          same(await claim(other), []);
          assert.equal(await other.outbox.lease('second', leaseMs), undefined);
          same(await sendableIds(other), []);
          assert.equal(await other.deadLetters.count({ olderThanMs: 600_000 }), 0);
          await other.inbox.add([entry(`by${byMs}`)]);
          same(ids(await claim(other)), [`by${byMs}`]);
        });
      }
    }),
  },
  {
    id: 'shared-cancel',
    behaviour: 'either cancels a message in one process or lets it leave in another, never both',
    run: withOther(async (store, other) => {
      const all = upTo(30).map((n) => `m${n}`);
      for (const [n, id] of all.entries()) await schedule(store, id, { delayMs: n });
      const cancelled: string[] = [];
      for (const id of all) {
        const [isCancelled] = await Promise.all([cancel(store, id), other.outbox.sendable(100)]);
        if (isCancelled) cancelled.push(id);
      }
      const left = all.filter((id) => !cancelled.includes(id));
      await eventually(async () => same((await sendableIds(other, 100)).sort(), left.sort()));
    }),
  },
  {
    id: 'shared-reply',
    behaviour: 'keeps the reply of one of several processes that use a key at once',
    run: withOther(async (store, other) => {
      const key = { type: 'test.do', key: 'k1' };
      const outcomes = await Promise.all(
        [store, other, store, other].map((one, n) => keep(one, key, { fingerprint: 'f', reply: n })),
      );
      assert.equal(outcomes.filter(Boolean).length, 1);
      same(await other.findReply(key), { fingerprint: 'f', reply: outcomes.indexOf(true) });
    }),
  },
  {
    id: 'shared-dead',
    behaviour: 'replays and discards in one process messages that another gave up',
    run: withOther(async (store, other) => {
      await makeDead(store, { id: 'm1' });
      await store.inbox.add([testEntry({ id: 'm2', error: 'unreadable' })]);
      const counts = await Promise.all([store, other].map((one) => one.deadLetters.replay({ id: 'm1' })));
      same(counts.sort(), [0, 1]);
      assert.equal(await other.deadLetters.discard({}), 1);
      same(await deadLetters(store), []);
      same(ids(await claim(store)), ['m1']);
    }),
  },
  {
    id: 'shared-watch',
    behaviour: 'notifies watchers of commits by another process',
    run: withOther(async (store, other) => {
      let calls = 0;
      const stop = store.watch(() => calls++);
      try {
        await other.inbox.add([entry('m1')]);
        await eventually(() => assert.equal(calls >= 1, true));
      } finally {
        stop();
      }
    }),
  },
  {
    id: 'shared-open',
    behaviour: 'can be opened by several processes at once, while others use it',
    run: async ({ store, again }) => {
      const [others] = await Promise.all([
        Promise.all(upTo(4).map(() => again())),
        Promise.all(upTo(20).map((n) => append(store, [`e${n}`]))),
      ]);
      try {
        for (const other of others) assert.equal((await other.outbox.sendable(100)).rows.length, 20);
      } finally {
        for (const other of others) await other.close();
      }
    },
  },
  {
    id: 'shared-restart',
    behaviour: 'keeps everything that was committed after its process has died',
    needs: ['durable'],
    run: async ({ store, again }) => {
      const first = await again();
      await append(first, ['e1']);
      await schedule(first, 'later', { delayMs: 3_600_000 });
      await makeDead(first, { id: 'dead', key: 'a' });
      await first.inbox.add([entry('behind', 'a'), entry('m1')]);
      await keep(first, { type: 'test.do', key: 'k1' }, { fingerprint: 'f', reply: 1 });
      await first.close();
      await first.close();
      same(await sendableIds(store), ['e1']);
      assert.equal((await store.outbox.status()).scheduled.count, 1);
      same(ids(await claim(store)), ['m1']);
      same(ids(await deadLetters(store)), ['dead']);
      same(await store.findReply({ type: 'test.do', key: 'k1' }), { fingerprint: 'f', reply: 1 });
    },
  },
];

export const sharedCases: readonly StoreCase[] = cases.map(({ needs = [], ...one }): StoreCase => ({
  ...one,
  needs: ['shared', ...needs],
}));
