import { eventually } from 'anywise/testing';
import type { Databases } from '../databases/databases.js';
import { fork } from '../harness/seeded-random.js';
import { judgeAsks, type AsksVerdict } from './asks-verdict.js';
import type { ChaosOptions } from './chaos.js';
import { during } from './during.js';
import { createFleet, type Fleet } from './fleet.js';
import { runMonkey, type Mischief } from './monkey.js';
import { troubleFor, type Outages } from './outages.js';

/** What was done to those who ask and those who answer, and what became of what was asked. */
export interface AsksReport extends Mischief, AsksVerdict {
  readonly deaths: Fleet['deaths'];
  readonly outages: Outages;
}

const fewestAnswers = 100;
const instances = ['asker', 'asker', 'teller', 'teller'] as const;

/** Has a service ask another one in four processes, kills them again and again, and looks what their databases say at the end. */
export async function runAsks({
  databases,
  random,
  onDeath = () => undefined,
  ...options
}: ChaosOptions): Promise<AsksReport> {
  await using fleet = createFleet(databases, instances);
  fleet.open();
  const trouble = troubleFor(databases, fork(random));
  const mischief = await during(
    (stop) => trouble.make(stop),
    async () => {
      const done = await runMonkey({ fleet, databases, random, onDeath, ...options });
      await untilWorthJudging(fleet, databases);
      return done;
    },
  );
  await fleet.calm();
  const verdict = await judgeAsks(databases);
  const deaths = { ...fleet.deaths };
  const broken = [...verdict.broken, ...fleet.accidents];
  if (broken.length > 0) broken.push(`The databases are kept: ${databases.keep()}`);
  return { ...mischief, ...verdict, deaths, outages: trouble.outages, broken };
}

/** A slow machine gets the time for some answers. */
async function untilWorthJudging(fleet: Fleet, databases: Databases): Promise<void> {
  await eventually(async () => {
    for (const member of fleet.members) if (!member.isUp) member.start();
    const sql = "SELECT count(*) AS n FROM asked WHERE message = 'keep' AND outcome = 'reply'";
    const [row] = await databases.rows<{ n: number | string }>('asker', sql);
    if (Number(row?.n) <= fewestAnswers) throw new Error(`The teller has answered ${row?.n} commands so far.`);
  }, 120_000);
}
