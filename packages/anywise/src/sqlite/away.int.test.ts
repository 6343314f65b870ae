import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { expectLateStart } from '../test-support/late-transport.js';
import { inTempFolder } from '../testing/temp-folder.js';
import { defaultDriver } from './client.js';
import { sqliteTransport } from './transport.js';

it(
  'a file that others keep locked does not stop the start, and is used once it is free',
  () =>
    inTempFolder(async (folder) => {
      const path = join(folder, 'bus.db');
      const open = await defaultDriver();
      const other = open(path);
      other.exec('BEGIN EXCLUSIVE');
      await expectLateStart(
        () => sqliteTransport({ path }),
        async () => {
          other.exec('ROLLBACK');
          other.close();
        },
      );
    }),
  60_000,
);

it('a file that is no database stops the start, as waiting does not help', () =>
  inTempFolder(async (folder) => {
    const path = join(folder, 'bus.db');
    writeFileSync(path, 'This is not a database, but a text that is long enough to be taken for one.'.repeat(20));
    const transport = sqliteTransport({ path });
    await expect(transport.check()).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: false });
    await transport.close();
  }));
