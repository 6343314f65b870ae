import { describe, it } from '@jest/globals';
import { casesFor } from '../testing/case.js';
import { storeContract } from '../testing/store-contract.js';
import { memoryStore } from './store.js';

describe('the memory store', () => {
  it.each(casesFor(storeContract, memoryStore().capabilities))('$behaviour', async ({ run }) => {
    const store = memoryStore();
    await run({ store, again: async () => store });
  });
});
