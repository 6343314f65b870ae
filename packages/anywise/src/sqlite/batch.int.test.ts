import { join } from 'node:path';
import { describe } from '@jest/globals';
import { describeBatches } from '../test-support/batch-suite.js';
import { inTempFolder } from '../testing/temp-folder.js';
import { sqliteStore } from './store.js';

describe('a batch listener on SQLite', () =>
  describeBatches('n INTEGER PRIMARY KEY', (work, migrations) =>
    inTempFolder((folder) => work(() => sqliteStore({ path: join(folder, 'printing.db'), migrations }))),
  ));
