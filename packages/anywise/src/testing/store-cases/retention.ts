import assert from 'node:assert/strict';
import { testEntry } from '../envelopes.js';
import { eventually } from '../eventually.js';
import { same } from '../same.js';
import type { StoreCase } from '../store-case.js';
import {
  append,
  claim,
  claimOne,
  deadLetters,
  entry,
  finish,
  ids,
  makeDead,
  sendableIds,
  schedule,
  upTo,
} from './steps.js';

/** What is deleted over time, and what never is. */
export const retentionCases: readonly StoreCase[] = [
  {
    id: 'inbox-clean',
    behaviour: 'deletes messages handled before the retention, and nothing else',
    run: async ({ store }) => {
      await store.inbox.add([entry('done'), entry('open')]);
      await finish(store, await claimOne(store));
      await store.clean(3_600_000);
      await store.inbox.add([entry('done')]);
      assert.equal((await store.inbox.status()).waiting.count, 0, 'a message within the retention was forgotten');
      await eventually(async () => {
        await store.clean(0);
        await store.inbox.add([entry('done')]);
        assert.equal((await store.inbox.status()).waiting.count, 1);
      });
    },
  },
  {
    id: 'clean-keeps',
    behaviour: 'deletes no message that waits, is in hand, is dead, or has yet to leave',
    run: async ({ store }) => {
      await makeDead(store, { id: 'parked', key: 'a' });
      await store.inbox.add([entry('running'), entry('behind', 'a'), testEntry({ id: 'dead', error: 'unreadable' })]);
      const running = await claimOne(store);
      await store.inbox.add([entry('ready'), entry('done')]);
      await append(store, ['event']);
      await schedule(store, 'later', { delayMs: 3_600_000 });
      const [, done] = await claim(store);
      assert.ok(done !== undefined, 'too little was found');
      await finish(store, done);
      await eventually(async () => {
        await store.clean(0);
        await store.inbox.add([testEntry({ id: 'done', error: 'forgotten' })]);
        same(ids(await deadLetters(store)).sort(), ['dead', 'done', 'parked']);
      });
      same(await sendableIds(store), ['event']);
      assert.equal((await store.outbox.status()).scheduled.count, 1);
      assert.equal(await finish(store, running), true);
      await store.deadLetters.discard({ id: 'parked' });
      same(ids(await claim(store)), ['behind']);
    },
  },
  {
    id: 'clean-batches',
    behaviour: 'deletes all old messages, even more than one batch',
    run: async ({ store }) => {
      const many = upTo(6_000).map((n) => testEntry({ id: `m${n}`, error: 'unreadable' }));
      await store.inbox.add(many);
      assert.equal(await store.deadLetters.discard({}), many.length);
      await eventually(async () => {
        await store.clean(0);
        await store.inbox.add(many);
        assert.equal(await store.deadLetters.count({}), many.length);
      });
    },
  },
];
