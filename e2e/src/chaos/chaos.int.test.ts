import { expect, it } from '@jest/globals';
import { openDatabases } from '../databases/open.js';
import { describeOnEachStore } from '../databases/each-store.js';
import { withSeed } from '../harness/seeded-random.js';
import { runChaos } from './chaos.js';
import { countDeaths } from './fleet.js';

const kills = 30;

describeOnEachStore('services whose processes are killed again and again', (kind) => {
  it('have each effect once, and those of a key in order', () =>
    withSeed(async (random) => {
      await using databases = await openDatabases(kind);
      const report = await runChaos({ databases, random, kills });

      expect(report.broken).toEqual([]);
      expect(countDeaths(report)).toBeGreaterThanOrEqual(kills);
      expect(report.events).toBeGreaterThan(100);
    }));
});
