import assert from 'node:assert/strict';
import { testEnvelope } from '../envelopes.js';
import { same } from '../same.js';
import type { StoreCase } from '../store-contract.js';

export const replyCases: readonly StoreCase[] = [
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
