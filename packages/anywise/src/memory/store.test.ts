import { describe, it } from '@jest/globals';
import { storeContract } from '../testing/store-contract.js';
import { memoryStore } from './store.js';

describe('the memory store', () => {
  const cases = storeContract.filter(({ needs }) => needs === undefined);
  it.each(cases)('$behaviour', async ({ run }) => {
    const store = memoryStore();
    await run({ store, again: async () => store });
  });
});
