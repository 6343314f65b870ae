import { expect, it } from '@jest/globals';
import { describeOnEachTransport, quickBrokers } from '../databases/each-transport.js';
import { withSeed } from '../harness/seeded-random.js';
import { runAsks } from './asks.js';
import { countDeaths } from './fleet.js';

const kills = 8;

describeOnEachTransport(
  'what is asked of a service while those who ask and those who answer are killed',
  (open) => {
    it('is settled in time, and takes effect once', () =>
      withSeed(async (random) => {
        await using databases = await open();
        const report = await runAsks({ databases, random, kills });

        expect(report.broken).toEqual([]);
        expect(countDeaths(report)).toBeGreaterThanOrEqual(kills);
        expect(report.outcomes['keep: reply']).toBeGreaterThan(0);
        expect(report.outcomes['count: reply']).toBeGreaterThan(0);
      }));
  },
  quickBrokers,
);
