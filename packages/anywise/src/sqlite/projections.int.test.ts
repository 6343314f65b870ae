import { join } from 'node:path';
import { describe } from '@jest/globals';
import { describeProjections } from '../test-support/projection-suite.js';
import { inTempFolder } from '../testing/temp-folder.js';
import { sqliteStore } from './store.js';

describe('projections over SQLite', () =>
  describeProjections((work) => inTempFolder((folder) => work(() => sqliteStore({ path: join(folder, 'store.db') })))));
