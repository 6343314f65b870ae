import { join } from 'node:path';
import { describe } from '@jest/globals';
import { describeEntities } from '../test-support/entity-suite.js';
import { inTempFolder } from '../testing/temp-folder.js';
import { sqliteStore } from './store.js';

describe('entities over SQLite', () =>
  describeEntities((work) => inTempFolder((folder) => work(() => sqliteStore({ path: join(folder, 'store.db') })))));
