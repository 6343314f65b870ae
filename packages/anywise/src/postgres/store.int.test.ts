import { it } from '@jest/globals';
import { casesFor } from '../testing/case.js';
import { storeContract } from '../testing/store-contract.js';
import { describeWithPostgres, inTestSchemas, testPostgresUrl } from '../test-support/test-postgres.js';
import { postgresStore } from './store.js';

describeWithPostgres('the PostgreSQL store', () => {
  const capabilities = { ...postgresStore({ schema: 'store' }).capabilities, concurrentTransactions: true };
  it.each(casesFor(storeContract, capabilities))('$behaviour', ({ run }) =>
    inTestSchemas(async (schema) => {
      const open = async () => {
        const store = postgresStore({ url: testPostgresUrl, schema: schema('store') });
        await store.check();
        return store;
      };
      const store = await open();
      try {
        await run({ store, again: open });
      } finally {
        await store.close();
      }
    }),
  );
});
