import { describe } from '@jest/globals';
import { memoryStore } from '../../memory/store.js';
import { describeEntities } from '../../test-support/entity-suite.js';

describe('entities in memory', () =>
  describeEntities((work) => {
    const store = memoryStore();
    return work(() => store);
  }));
