import { join } from 'node:path';
import { describe } from '@jest/globals';
import { describeSagas } from '../test-support/saga-suite.js';
import { inTempFolder } from '../testing/temp-folder.js';
import { sqliteStore } from './store.js';

describe('sagas over SQLite', () =>
  describeSagas((work) => inTempFolder((folder) => work(() => sqliteStore({ path: join(folder, 'store.db') })))));
