import assert from 'node:assert/strict';
import type { Claim } from '../../core/ports/inbox.js';
import type { KeptReply, ReplyKey, Store } from '../../core/ports/store.js';
import { testEnvelope } from '../envelopes.js';
import { eventually } from '../eventually.js';
import { same } from '../same.js';
import type { StoreCase } from '../store-case.js';
import { claimOne, entry, upTo } from './steps.js';

const key: ReplyKey = { type: 'test.do', key: 'k1' };

/** Keeps a reply if the key is free, as a command's handler does. */
export function keep(store: Store, replyKey: ReplyKey, kept: KeptReply, claim?: Claim): Promise<boolean> {
  return store.begin({ readOnly: false }).commit({ claim, reply: { key: replyKey, kept } });
}

/** A claim whose lease belongs to another. */
async function lostClaim(store: Store): Promise<Claim> {
  await store.inbox.add([entry('m1')]);
  return { ...(await claimOne(store)), lease: 'lost' };
}

/** The replies to commands with an idempotency key. */
export const replyCases: readonly StoreCase[] = [
  {
    id: 'reply-kept',
    behaviour: 'commits a reply with its transaction, and keeps only the first under a key',
    run: async ({ store }) => {
      assert.equal(await keep(store, key, { fingerprint: 'f0', reply: 0 }, await lostClaim(store)), false);
      assert.equal(await store.findReply(key), undefined);
      assert.equal(await keep(store, key, { fingerprint: 'f1', reply: { id: 1 } }), true);
      assert.equal(await keep(store, key, { fingerprint: 'f2', reply: { id: 2 } }), false);
      same(await store.findReply(key), { fingerprint: 'f1', reply: { id: 1 } });
    },
  },
  {
    id: 'reply-commit',
    behaviour: 'shows a reply only once its transaction is committed',
    run: async ({ store }) => {
      const transaction = store.begin({ readOnly: false });
      await transaction.append({ outgoing: [testEnvelope()] });
      assert.equal(await store.findReply(key), undefined);
      await transaction.commit({ reply: { key, kept: { fingerprint: 'f1', reply: 1 } } });
      same(await store.findReply(key), { fingerprint: 'f1', reply: 1 });
    },
  },
  {
    id: 'reply-content',
    behaviour: 'returns a reply exactly as it was kept, even an absent one',
    run: async ({ store }) => {
      const replies = [undefined, null, '', 0, false, { text: 'žluť \u0000 🚀', list: [1.5, null] }];
      for (const [n, reply] of replies.entries()) {
        await keep(store, { type: 'test.do', key: `k${n}` }, { fingerprint: 'f', reply });
        same([n, await store.findReply({ type: 'test.do', key: `k${n}` })], [n, { fingerprint: 'f', reply }]);
      }
    },
  },
  {
    id: 'reply-keys-apart',
    behaviour: 'keeps the keys of different commands separate',
    run: async ({ store }) => {
      const keys = [
        { type: 'test.do', key: 'k 1' },
        { type: 'test.do k', key: '1' },
        { type: 'test.undo', key: 'k 1' },
      ];
      for (const [n, one] of keys.entries()) {
        assert.equal(await keep(store, one, { fingerprint: `f${n}`, reply: n }), true);
      }
      for (const [n, one] of keys.entries()) same(await store.findReply(one), { fingerprint: `f${n}`, reply: n });
    },
  },
  {
    id: 'reply-race',
    behaviour: 'keeps the reply of one of many concurrent transactions with the same key',
    run: async ({ store }) => {
      const outcomes = await Promise.all(upTo(5).map((n) => keep(store, key, { fingerprint: 'f', reply: n })));
      assert.equal(outcomes.filter(Boolean).length, 1);
      same(await store.findReply(key), { fingerprint: 'f', reply: outcomes.indexOf(true) });
    },
  },
  {
    id: 'reply-race-rollback',
    behaviour: 'lets the next transaction keep its reply if the first with the key is rolled back',
    run: async ({ store }) => {
      const lost = await lostClaim(store);
      const first = keep(store, key, { fingerprint: 'f1', reply: 1 }, lost);
      const second = keep(store, key, { fingerprint: 'f2', reply: 2 });
      same(await Promise.all([first, second]), [false, true]);
      same(await store.findReply(key), { fingerprint: 'f2', reply: 2 });
    },
  },
  {
    id: 'reply-retention',
    behaviour: 'deletes replies older than the retention, and no others',
    run: async ({ store }) => {
      await keep(store, key, { fingerprint: 'f1', reply: 1 });
      await store.clean(3_600_000);
      same(await store.findReply(key), { fingerprint: 'f1', reply: 1 });
      await eventually(async () => {
        await store.clean(0);
        assert.equal(await store.findReply(key), undefined);
      });
      assert.equal(await keep(store, key, { fingerprint: 'f2', reply: 2 }), true);
    },
  },
];
