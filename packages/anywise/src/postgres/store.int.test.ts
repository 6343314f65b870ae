import { it } from '@jest/globals';
import { casesFor } from '../testing/case.js';
import { storeContract } from '../testing/store-contract.js';
import {
  describeWithPostgres,
  inTestSchemas,
  testPostgresUrl,
  withTestDatabase,
} from '../test-support/test-postgres.js';
import { quoted } from './sql.js';
import { postgresStore } from './store.js';

describeWithPostgres('the PostgreSQL store', () => {
  const capabilities = {
    ...postgresStore({ schema: 'store' }).capabilities,
    concurrentTransactions: true,
    keepsEvents: true,
    projects: true,
    hasTables: true,
    keepsSagas: true,
    canBeDamaged: true,
    observable: true,
  };
  it.each(casesFor(storeContract, capabilities))('$behaviour', ({ run }) =>
    inTestSchemas(async (schema) => {
      const open = async () => {
        const store = postgresStore({ url: testPostgresUrl, schema: schema('store') });
        await store.check();
        return store;
      };
      const damage = (part: 'outbox' | 'inbox', id: string, text: string | null): Promise<void> =>
        withTestDatabase(async (database) => {
          const table = `${quoted(schema('store'))}.anywise_${part}`;
          await database.query({ text: `UPDATE ${table} SET envelope = $2 WHERE id = $1` }, id, text);
        });
      const store = await open();
      try {
        await run({ store, again: open, damage });
      } finally {
        await store.close();
      }
    }),
  );
});
