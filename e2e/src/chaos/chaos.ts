import { eventually } from 'anywise/testing';
import type { Databases } from '../databases/databases.js';
import { during } from './during.js';
import { createFleet, type Fleet } from './fleet.js';
import { fork } from '../harness/seeded-random.js';
import { runMonkey, type Mischief, type MonkeyOptions } from './monkey.js';
import { createNeighbour } from './neighbour.js';
import { troubleFor, type Outages } from './outages.js';
import { judge, type Verdict } from './verdict.js';

export interface ChaosOptions extends Omit<MonkeyOptions, 'fleet' | 'onDeath'> {
  readonly onDeath?: MonkeyOptions['onDeath'];
}

/** What was done to the services, and what became of it. */
export interface ChaosReport extends Mischief, Verdict {
  readonly deaths: Fleet['deaths'];
  /** Without a broker there are none. */
  readonly outages: Outages;
}

const fewestEvents = 100;

/** Two of each, so that they compete: for what is claimed, for the relay's lease, and for what is taken in. */
const instances = ['source', 'source', 'middle', 'middle', 'sink', 'sink'] as const;

/**
 * Has three services work in six processes, kills them again and again, and looks what their databases say at the end. They
 * are kept where the promise was broken.
 */
export async function runChaos({
  databases,
  random,
  onDeath = () => undefined,
  ...options
}: ChaosOptions): Promise<ChaosReport> {
  await using fleet = createFleet(databases, instances, true);
  // What is published before the others are known would not reach them.
  if (databases.server?.keepsForNewcomers === false)
    await Promise.all(fleet.members.map((member) => member.says('up')));
  fleet.open();
  const neighbour = createNeighbour(databases);
  const trouble = troubleFor(databases, fork(random));
  const mischief = await during(
    async (stop) => {
      await Promise.all([neighbour.meddle(stop), trouble.make(stop)]);
    },
    async () => {
      const done = await runMonkey({ fleet, databases, random, onDeath, ...options });
      await untilWorthJudging(fleet, databases);
      return done;
    },
  );
  await fleet.calm();
  // A number that kills its process may not be dead yet.
  const { broken, ...verdict } = await during(
    (stop) => fleet.keepUp(stop),
    () => judge(databases, { isWild: true, hostile: neighbour.written }),
  );
  const deaths = { ...fleet.deaths };
  const report = {
    ...mischief,
    outages: trouble.outages,
    deaths,
    ...verdict,
    broken: [...broken, ...fleet.accidents],
  };
  if (report.broken.length > 0) report.broken.push(`The databases are kept: ${databases.keep()}`);
  return report;
}

/** A slow machine gets the time to publish something worth losing. */
async function untilWorthJudging(fleet: Fleet, databases: Databases): Promise<void> {
  await eventually(async () => {
    const [accident] = fleet.accidents;
    if (accident !== undefined) throw new Error(accident);
    for (const member of fleet.members) if (!member.isUp) member.start();
    // A service that was killed whenever it started has no tables to judge by.
    for (const service of ['middle', 'sink']) await databases.rows(service, 'SELECT id FROM effect LIMIT 1');
    const [row] = await databases.rows<{ n: number | string }>('source', 'SELECT count(*) AS n FROM counted');
    if (Number(row?.n) <= fewestEvents) throw new Error(`The source has committed ${row?.n} events so far.`);
  }, 120_000);
}
