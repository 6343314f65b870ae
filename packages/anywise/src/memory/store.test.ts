import { describe, it } from '@jest/globals';
import { casesFor } from '../testing/case.js';
import { storeContract } from '../testing/store-contract.js';
import { memoryStore } from './store.js';

describe('the memory store', () => {
  const capabilities = {
    ...memoryStore().capabilities,
    observable: true,
    keepsEvents: true,
    projects: true,
    keepsSagas: true,
  };
  it.each(casesFor(storeContract, capabilities))('$behaviour', async ({ run }) => {
    const store = memoryStore();
    await run({ store, again: async () => store });
  });
});
