import { join } from 'node:path';
import { describe, it } from '@jest/globals';
import { casesFor } from '../testing/case.js';
import { inTempFolder } from '../testing/temp-folder.js';
import { transportContract } from '../testing/transport-contract.js';
import { sqliteTransport } from './transport.js';

describe('the SQLite transport', () => {
  const { capabilities } = sqliteTransport({ path: 'not-opened.db' });
  it.each(casesFor(transportContract, capabilities))('$behaviour', ({ run }) =>
    inTempFolder(async (folder) => run({ connect: () => sqliteTransport({ path: join(folder, 'bus.db') }) })),
  );
});
