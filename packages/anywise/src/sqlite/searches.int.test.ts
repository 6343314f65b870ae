import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import type { Claim, ClaimOptions } from '../core/ports/inbox.js';
import type { Store } from '../core/ports/store.js';
import { testEntry } from '../testing/envelopes.js';
import { inTempFolder } from '../testing/temp-folder.js';
import { defaultDriver, type SqliteClient } from './client.js';
import { sqliteStore } from './store.js';

/** The transactions that a store has begun to write in. */
async function counting(work: (store: Store, written: () => number) => Promise<void>): Promise<void> {
  const openFile = await defaultDriver();
  let written = 0;
  const open = (path: string): SqliteClient => {
    const client = openFile(path);
    return {
      exec: (sql) => client.exec(sql),
      close: () => client.close(),
      prepare: (sql) => {
        const statement = client.prepare(sql);
        if (sql !== 'BEGIN IMMEDIATE') return statement;
        const run = (): ReturnType<typeof statement.run> => {
          written++;
          return statement.run();
        };
        return { run, get: () => statement.get(), all: () => statement.all() };
      },
    };
  };
  await inTempFolder(async (folder) => {
    const store = sqliteStore({ path: join(folder, 'store.db'), open });
    await store.check();
    await work(store, () => written);
    await store.close();
  });
}

const holder = 'here:1:1:a';

function options(listener: string, takesFollowing = false): ClaimOptions {
  return { listeners: new Map([[listener, 5]]), holder, limit: 5, leaseMs: 60_000, takesFollowing };
}

async function finish(store: Store, claims: readonly Claim[]): Promise<void> {
  expect(await store.begin({ readOnly: false }).commit({ claims })).toBe(true);
}

it('writes nothing in a search for listeners that nothing waits for, whatever another search has found', () =>
  counting(async (store, written) => {
    await store.inbox.add(Array.from({ length: 12 }, (_, n) => testEntry({ id: `m${n}`, listener: 'batch' })));
    for (const expected of [5, 5, 2]) {
      const { claims } = await store.inbox.claim(options('batch', true));
      expect(claims).toHaveLength(expected);
      const before = written();
      expect((await store.inbox.claim(options('single'))).claims).toEqual([]);
      expect(written() - before).toBe(0);
      await finish(store, claims);
    }
  }));

it('looks once before it writes, and not at all after a search for the same listeners that found something', () =>
  counting(async (store, written) => {
    await store.inbox.add(Array.from({ length: 6 }, (_, n) => testEntry({ id: `m${n}`, listener: 'batch' })));
    for (const [expected, transactions] of [
      [5, 1],
      [1, 1],
      [0, 1],
      [0, 0],
    ]) {
      const before = written();
      const { claims } = await store.inbox.claim(options('batch', true));
      expect(claims).toHaveLength(Number(expected));
      expect(written() - before).toBe(transactions);
      if (claims.length > 0) await finish(store, claims);
    }
  }));
