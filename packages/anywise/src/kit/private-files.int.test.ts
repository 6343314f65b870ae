import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { event } from '../core/message/declare.js';
import { type } from '../core/message/schema.js';
import { fileSink } from '../sinks/file.js';
import { sqliteStore } from '../sqlite/store.js';
import { sqliteTransport } from '../sqlite/transport.js';
import { testEnvelope } from '../testing/envelopes.js';
import { inTempFolder } from '../testing/temp-folder.js';
import { makePrivateFile, makePrivateFolder } from './private-files.js';

class Paid extends event('payments.paid', { data: type<{ readonly id: string }>(), entityId: ({ id }) => id }) {}

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

/** Runs work in a new folder, under a umask. */
function underUmask(umask: number, work: (folder: string) => void | Promise<void>): Promise<void> {
  return inTempFolder(async (folder) => {
    const before = process.umask(umask);
    try {
      await work(folder);
    } finally {
      process.umask(before);
    }
  });
}

const umasks = [0o000, 0o022, 0o077, 0o277, 0o777];

describe('a private file', () => {
  it.each(umasks)('is for its owner alone, as are the folders made for it, under the umask %o', (umask) =>
    underUmask(umask, (folder) => {
      makePrivateFile(join(folder, 'a/b/c'));
      makePrivateFolder(join(folder, 'a/d'));
      const made = ['a', 'a/b', 'a/d', 'a/b/c'].map((path) => modeOf(join(folder, path)));
      expect(made).toEqual(['700', '700', '700', '600']);
    }),
  );

  it('leaves alone what is there', () =>
    inTempFolder((folder) => {
      const [shared, file] = [join(folder, 'shared'), join(folder, 'shared/file')];
      mkdirSync(shared);
      writeFileSync(file, 'kept');
      chmodSync(shared, 0o755);
      chmodSync(file, 0o640);
      makePrivateFile(file);
      makePrivateFile(join(shared, 'other'));
      expect([modeOf(shared), modeOf(file), readFileSync(file, 'utf8')]).toEqual(['755', '640', 'kept']);
      expect(modeOf(join(shared, 'other'))).toBe('600');
      return Promise.resolve();
    }));
});

describe('what stores, transports and sinks write', () => {
  it.each(umasks)('is for its owner alone, under the umask %o', (umask) =>
    underUmask(umask, async (folder) => {
      const [storePath, busPath, sinkPath] = ['data/shop.db', 'data/bus.db', 'logs/events.jsonl'].map((path) =>
        join(folder, path),
      ) as [string, string, string];
      const store = sqliteStore({ path: storePath });
      const transport = sqliteTransport({ path: busPath });
      const sink = fileSink(sinkPath);
      await store.check();
      const transaction = store.begin({ readOnly: false });
      await transaction.append({ outgoing: [testEnvelope()] });
      await transaction.commit();
      await transport.publish([testEnvelope()]);
      await sink.sink([new Paid({ id: 'p1' })]);
      const folders = ['data', 'logs'].map((path) => modeOf(join(folder, path)));
      const files = [storePath, busPath].flatMap((path) => [path, `${path}-wal`, `${path}-shm`]);
      const modes = [...files, `${busPath}-bell`, sinkPath].map(modeOf);
      await Promise.all([store.close(), transport.close(), sink.close()]);
      expect([folders, new Set(modes)]).toEqual([['700', '700'], new Set(['600'])]);
    }),
  );
});
