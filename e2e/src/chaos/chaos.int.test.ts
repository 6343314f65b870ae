import { expect, it, jest } from '@jest/globals';
import type { Databases } from '../databases/databases.js';
import { openDatabases } from '../databases/open.js';
import { describeOnEachStore } from '../databases/each-store.js';
import { describeOverEachBroker, quickBrokers } from '../databases/each-transport.js';
import { withSeed } from '../harness/seeded-random.js';
import { runChaos } from './chaos.js';
import { countDeaths } from './fleet.js';

// Dozens of processes start one after another: on a busy machine that takes minutes.
jest.setTimeout(600_000);

const fewestEvents = 100;

/** Kills services this often, over brokers that are killed too, and expects the promise to be kept. */
const expectKept = (open: () => Promise<Databases>, kills: number): Promise<void> =>
  withSeed(async (random) => {
    await using databases = await open();
    const report = await runChaos({ databases, random, kills });

    expect(report.broken).toEqual([]);
    expect(countDeaths(report)).toBeGreaterThanOrEqual(kills);
    expect(report.events).toBeGreaterThan(fewestEvents);
    if (databases.server !== undefined) expect(report.outages.killed).toBeGreaterThan(0);
  });

describeOnEachStore('services whose processes are killed again and again', (kind) => {
  it('have each effect once, and those of a key in order', () => expectKept(() => openDatabases(kind), 30));
});

describeOverEachBroker(
  'services that are killed again and again, and their broker too',
  (open) => {
    it('have each effect once, and those of a key in order', () => expectKept(open, 8));
  },
  quickBrokers,
);
