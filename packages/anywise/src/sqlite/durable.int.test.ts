import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { errorText } from '../core/errors/thrown.js';
import { describeDurableServices } from '../test-support/durable-services.js';
import { describeNested } from '../test-support/nested.js';
import { startBus } from '../test-support/start-bus.js';
import { inTempFolder } from '../testing/temp-folder.js';
import { sqliteStore } from './store.js';
import { sqliteTransport } from './transport.js';

describe('over SQLite files', () =>
  describeDurableServices({
    inPlace: (work) =>
      inTempFolder((folder) =>
        work({
          store: (name, migrations) => sqliteStore({ path: join(folder, `${name}.db`), migrations }),
          transport: () => sqliteTransport({ path: join(folder, 'bus.db') }),
        }),
      ),
    readOnlyText: 'attempt to write a readonly database',
    duplicateText: 'UNIQUE constraint failed: payment.id',
  }));

describe('a part of a message that fails, over SQLite', () =>
  describeNested((work, migrations) =>
    inTempFolder((folder) => work(sqliteStore({ path: join(folder, 'shop.db'), migrations }))),
  ));

describe('a path that cannot be used', () => {
  it.each([
    { what: 'store', parts: (path: string) => ({ store: sqliteStore({ path }) }) },
    { what: 'transport', parts: (path: string) => ({ transport: sqliteTransport({ path }) }) },
  ])('is said when the $what is started', ({ parts }) =>
    inTempFolder(async (folder) => {
      const file = join(folder, 'file');
      writeFileSync(file, 'not a folder');
      const started = startBus({ ...parts(join(file, 'bus.db')) });
      await expect(started).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: false });
      const text = await started.catch((error: unknown) => errorText(error).replaceAll(folder, '<folder>'));
      expect(text).toBe(
        "The SQLite file `<folder>/file/bus.db` cannot be used (ENOTDIR: not a directory, open '<folder>/file/bus.db'). Check that its folder exists and can be written.",
      );
    }),
  );
});
