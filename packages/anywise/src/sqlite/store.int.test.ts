import { join } from 'node:path';
import { describe, it } from '@jest/globals';
import { storeContract } from '../testing/store-contract.js';
import { inTempFolder } from '../testing/temp-folder.js';
import { sqliteStore } from './store.js';

describe('the SQLite store', () => {
  it.each(storeContract)('$behaviour', ({ run }) =>
    inTempFolder(async (folder) => {
      const open = async () => {
        const store = sqliteStore({ path: join(folder, 'store.db') });
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
