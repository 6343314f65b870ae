import { expect, it } from '@jest/globals';
import { openDatabases } from '../databases/open.js';
import { describeOnEachStore } from '../databases/each-store.js';
import { withSeed } from '../seed.js';
import { runChaos } from './chaos.js';
import { countOf } from './monkey.js';

const kills = 30;

await describeOnEachStore('services whose processes are killed again and again', (kind) => {
  it('have each effect once, and those of a key in order', () =>
    withSeed(async (random) => {
      await using databases = await openDatabases(kind);
      const { deaths, events, broken } = await runChaos({ databases, random, kills });

      expect(broken).toEqual([]);
      expect(countOf(deaths)).toBeGreaterThanOrEqual(kills);
      expect(events).toBeGreaterThan(100);
    }));
});
