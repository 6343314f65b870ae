// Kills processes for as long as you like, and prints what became of it:
// `pnpm chaos --kills 1000 --store sqlite --transport nats --seed 7`, `--own` for a PostgreSQL server that is killed too, and `--asks` for requests to other services.
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { brokerKinds } from '../brokers/broker.js';
import type { StoreKind } from '../databases/databases.js';
import { startPostgres, type PostgresServer } from '../databases/postgres-server.js';
import { openDatabases } from '../databases/open.js';
import { bundlePrograms } from '../harness/bundle.js';
import { withSeed } from '../harness/seeded-random.js';
import { runAsks, type AsksReport } from './asks.js';
import { runChaos, type ChaosReport } from './chaos.js';
import { countDeaths } from './fleet.js';
import { points } from './points.js';

const stores: readonly StoreKind[] = ['sqlite', 'postgres'];
const text = { type: 'string' } as const;
const { values } = parseArgs({
  options: {
    kills: text,
    store: text,
    transport: text,
    seed: text,
    asks: { type: 'boolean' },
    own: { type: 'boolean' },
  },
});
const kills = readNumber('kills', values.kills ?? '1000');
const store = readChoice('store', values.store ?? 'sqlite', stores);
const transport = readChoice('transport', values.transport ?? store, [...stores, ...brokerKinds]);
if (values.seed !== undefined) process.env.ANYWISE_SEED = String(readNumber('seed', values.seed));

const programs = await bundlePrograms();
process.env.ANYWISE_PROGRAMS = programs;
process.once('exit', () => rmSync(programs, { recursive: true }));
await withSeed(async (random, seed) => {
  console.log(`${kills} kills of services with ${store}, whose messages travel over ${transport}: --seed ${seed}`);
  await using databases = await openDatabases(store, transport, values.own === true ? await startOwn() : undefined);
  const beganAt = performance.now();
  const onDeath = (deaths: number) => {
    if (deaths % 100 === 0) console.log(`${deaths} of ${kills} have died`);
  };
  const run = values.asks === true ? runAsks : runChaos;
  const report = await run({ databases, random, kills, onDeath });
  const seconds = Math.round((performance.now() - beganAt) / 1000);
  console.table({ ...deathsIn(report), ...resultsIn(report), seconds });
  if (report.broken.length > 0) throw new Error(`The promise was broken.\n${report.broken.join('\n')}`);
});

/** @throws Error where it would not be used. */
async function startOwn(): Promise<PostgresServer> {
  if (store !== 'postgres' || transport !== 'postgres') throw new Error('`--own` is for `--store postgres` alone.');
  return startPostgres();
}

function deathsIn({ deaths, zombies, cuts, outages }: ChaosReport | AsksReport): object {
  const atPoints = Object.entries(points).map(([point, name]) => [`killed ${name}`, deaths[point] ?? 0] as const);
  return {
    'killed at any moment': deaths['any moment'] ?? 0,
    'killed by a message that they handled': deaths.killer ?? 0,
    ...Object.fromEntries(atPoints),
    'killed in all': countDeaths({ deaths }),
    'frozen past the lease': zombies,
    'connections cut': cuts,
    'broker killed': outages.killed,
    'broker restarted': outages.restarted,
    'broker frozen': outages.frozen,
  };
}

function resultsIn(report: ChaosReport | AsksReport): object {
  if ('outcomes' in report) return report.outcomes;
  const { events, told, deadLetters, record, counts } = report;
  return {
    events,
    'events published outside of handlers': told,
    'dead letters due': deadLetters,
    'read models made again': record.rebuilds,
    sagas: record.sagas,
    'sagas ended by the clock': record.byClock,
    'sagas told that they are late': record.late,
    ...counts,
  };
}

function readNumber(option: string, given: string): number {
  if (/^\d{1,10}$/.test(given)) return Number(given);
  throw new Error(`\`--${option}\` is \`${given}\`. Write a whole number.`);
}

function readChoice<T extends string>(option: string, given: string, choices: readonly T[]): T {
  const chosen = choices.find((choice) => choice === given);
  if (chosen !== undefined) return chosen;
  throw new Error(`\`--${option}\` is \`${given}\`. Write ${choices.map((choice) => `\`${choice}\``).join(' or ')}.`);
}
