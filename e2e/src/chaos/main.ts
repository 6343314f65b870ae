// Kills processes for as long as you like, and prints what became of it: `pnpm chaos --kills 1000 --store sqlite --seed 7`.
import { parseArgs } from 'node:util';
import type { StoreKind } from '../databases/databases.js';
import { openDatabases } from '../databases/open.js';
import { withSeed } from '../harness/seeded-random.js';
import { runChaos, type ChaosReport } from './chaos.js';
import { countDeaths } from './fleet.js';
import { points } from './points.js';

const options = { kills: { type: 'string' }, store: { type: 'string' }, seed: { type: 'string' } } as const;
const { kills = '1000', store = 'sqlite', seed } = parseArgs({ options }).values;
if (seed !== undefined) process.env.ANYWISE_SEED = seed;

await withSeed(async (random) => {
  await using databases = await openDatabases(store as StoreKind);
  const beganAt = performance.now();
  const onDeath = (deaths: number) => {
    if (deaths % 100 === 0) console.log(`${deaths} of ${kills} have died`);
  };
  const report = await runChaos({ databases, random, kills: Number(kills), onDeath });
  printReport(report, Math.round((performance.now() - beganAt) / 1000));
  if (report.broken.length > 0) throw new Error(`The promise was broken.\n${report.broken.join('\n')}`);
});

function printReport({ deaths, zombies, cuts, events, deadLetters, counts }: ChaosReport, seconds: number): void {
  const atPoints = Object.entries(points).map(([point, text]) => [`killed ${text}`, deaths[point] ?? 0] as const);
  console.table({
    'killed at any moment': deaths['any moment'] ?? 0,
    'killed by a message that they handled': deaths.killer ?? 0,
    ...Object.fromEntries(atPoints),
    'killed in all': countDeaths({ deaths }),
    'stood still past the lease': zombies,
    'connections cut': cuts,
    events,
    'dead letters due': deadLetters,
    ...counts,
    seconds,
  });
}
