import { join } from 'node:path';
import { describe } from '@jest/globals';
import { describeTraces } from '../test-support/trace-cases.js';
import { inTempFolder } from '../testing/temp-folder.js';
import { sqliteStore } from './store.js';
import { sqliteTransport } from './transport.js';

describe('over SQLite files', () =>
  describeTraces((work) =>
    inTempFolder((folder) =>
      work({
        store: (name) => sqliteStore({ path: join(folder, `${name}.db`) }),
        transport: () => sqliteTransport({ path: join(folder, 'bus.db') }),
      }),
    ),
  ));
