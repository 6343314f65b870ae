import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { casesFor } from '../testing/case.js';
import { testEnvelope } from '../testing/envelopes.js';
import { storeContract } from '../testing/store-contract.js';
import { inTempFolder } from '../testing/temp-folder.js';
import { defaultDriver } from './client.js';
import { sqliteStore } from './store.js';

describe('the SQLite store', () => {
  const capabilities = {
    ...sqliteStore({ path: 'not-opened.db' }).capabilities,
    canBeDamaged: true,
    observable: true,
    keepsEvents: true,
    projects: true,
    hasTables: true,
    keepsSagas: true,
  };
  it.each(casesFor(storeContract, capabilities))('$behaviour', ({ run }) =>
    inTempFolder(async (folder) => {
      const path = join(folder, 'store.db');
      const open = async () => {
        const store = sqliteStore({ path });
        await store.check();
        return store;
      };
      const damage = async (part: 'outbox' | 'inbox', id: string, text: string | null): Promise<void> => {
        const client = (await defaultDriver())(path);
        client.prepare(`UPDATE anywise_${part} SET envelope = ? WHERE id = ?`).run(text, id);
        client.close();
      };
      const store = await open();
      try {
        await run({ store, again: open, damage });
      } finally {
        await store.close();
      }
    }),
  );

  it.each([
    ['is no JSON', { data: { n: 1n } }],
    ['has a key that is no text', { subject: 5 as unknown as string }],
  ])('fails only the transaction whose message %s, not those that share its commit', (_why, wrong) =>
    inTempFolder(async (folder) => {
      const store = sqliteStore({ path: join(folder, 'store.db') });
      await store.check();
      const publish = async (id: string, attributes = {}): Promise<void> => {
        const transaction = store.begin({ readOnly: false });
        try {
          await transaction.append({ outgoing: [testEnvelope({ id, ...attributes })] });
          await transaction.commit();
        } catch (error) {
          await transaction.rollback();
          throw error;
        }
      };
      const outcomes = await Promise.allSettled([publish('e1'), publish('e2', wrong), publish('e3')]);
      const { rows: pending } = await store.outbox.sendable(10);
      await store.close();
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(pending.map(({ envelope }) => envelope?.id)).toEqual(['e1', 'e3']);
    }),
  );

  it('makes its tables once when several processes open a new file at once', () =>
    inTempFolder(async (folder) => {
      const migrations = [{ name: 'test/001', sql: 'CREATE TABLE payment (id TEXT PRIMARY KEY) STRICT' }];
      const stores = Array.from({ length: 6 }, () => sqliteStore({ path: join(folder, 'new.db'), migrations }));
      await Promise.all(stores.map((store) => store.check()));
      const statuses = await Promise.all(stores.map((store) => store.inbox.status()));
      for (const store of stores) await store.close();
      expect(statuses.map(({ waiting }) => waiting)).toEqual(statuses.map(() => ({ count: 0, isMore: false })));
    }));
});
