import { describe } from '@jest/globals';
import { memoryStore } from '../../memory/store.js';
import { describeSagas } from '../../test-support/saga-suite.js';

describe('sagas in memory', () =>
  describeSagas((work) => {
    const store = memoryStore();
    return work(() => store);
  }));
