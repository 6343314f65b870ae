import assert from 'node:assert/strict';
import type { Store } from '../../core/ports/store.js';
import { testEntry } from '../envelopes.js';
import { eventually } from '../eventually.js';
import type { StoreCase } from '../store-case.js';
import { append, entry, makeDead, relayLease, schedule, settle } from './steps.js';

/** Watches the store during some work, and fails if no notification came. */
async function expectTold(store: Store, work: () => Promise<unknown>): Promise<void> {
  let calls = 0;
  const stop = store.watch(() => calls++);
  try {
    await work();
    await eventually(() => assert.ok(calls > 0, 'no watcher was notified'));
  } finally {
    stop();
  }
}

/** Watchers are notified when there is work. */
export const watchingCases: readonly StoreCase[] = [
  {
    id: 'inbox-watch',
    behaviour: 'notifies watchers of added messages and committed events',
    run: async ({ store }) => {
      await expectTold(store, () => store.inbox.add([entry('m1')]));
      await expectTold(store, () => append(store, ['e1']));
      await expectTold(store, () => schedule(store, 'later', { delayMs: 0 }));
    },
  },
  {
    id: 'watch-by-hand',
    behaviour: 'notifies watchers of replayed, discarded and retried messages',
    run: async ({ store }) => {
      await makeDead(store, { id: 'a1', key: 'a' });
      await expectTold(store, () => store.deadLetters.replay({}));
      await store.inbox.add([testEntry({ id: 'm2', error: 'unreadable' })]);
      await expectTold(store, () => store.deadLetters.discard({}));
      const lease = await relayLease(store, 'a');
      for (const retry of [() => store.parked.retry(), () => store.parked.discard('e1')]) {
        await append(store, ['e1']);
        await settle(store, lease, { e1: { outcome: 'parked', error: 'too big' } });
        await expectTold(store, retry);
      }
    },
  },
  {
    id: 'watch-all',
    behaviour: 'notifies every watcher, and none that has stopped watching',
    run: async ({ store }) => {
      const calls = { stopped: 0, first: 0, second: 0 };
      const stop = store.watch(() => calls.stopped++);
      const stops = [store.watch(() => calls.first++), store.watch(() => calls.second++)];
      stop();
      stop();
      await store.inbox.add([entry('m1')]);
      await eventually(() => assert.equal(calls.first > 0 && calls.second > 0, true));
      for (const stopOne of stops) stopOne();
      assert.equal(calls.stopped, 0);
    },
  },
];
