import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Store } from '../core/ports/store.js';
import { memoryStore } from '../memory/store.js';
import { postgresStore } from '../postgres/store.js';
import { sqliteStore } from '../sqlite/store.js';
import { inTempFolder } from '../testing/temp-folder.js';
import { histories, observe } from './store-model.js';
import { describeWithPostgres, inTestSchemas, testPostgresUrl } from './test-postgres.js';

/** Compares histories on stores, new for each, with the same on the memory store. A failure says its seed. */
async function compare(open: (n: number) => Store, seed: number): Promise<void> {
  let n = 0;
  const property = fc.asyncProperty(histories, async (history) => {
    const store = open(++n);
    await store.check();
    try {
      expect(await observe(store, history)).toEqual(await observe(memoryStore(), history));
    } finally {
      await store.close();
    }
  });
  await fc.assert(property, { seed, numRuns: 400, interruptAfterTimeLimit: 6_000, markInterruptAsFailure: false });
}

const seeds = [20_260_101, 831_526_507];

describe('an SQLite store', () => {
  it.each(seeds)('does what the memory store does, step by step, with seed %i', (seed) =>
    inTempFolder((folder) => compare((n) => sqliteStore({ path: join(folder, `${n}.db`) }), seed)),
  );
});

describeWithPostgres('a PostgreSQL store', () => {
  it.each(seeds)('does what the memory store does, step by step, with seed %i', (seed) =>
    inTestSchemas((schema) => compare((n) => postgresStore({ url: testPostgresUrl, schema: schema(`s${n}`) }), seed)),
  );
});
