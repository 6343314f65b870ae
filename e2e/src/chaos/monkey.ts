import { setTimeout as delay } from 'node:timers/promises';
import type { Databases } from '../databases/databases.js';
import type { Random } from '../harness/seeded-random.js';
import { countDeaths, type Fleet, type Fuse, type Member } from './fleet.js';
import { points, type Point } from './points.js';
import { leaseMs } from './services.js';

/** What was done to the services besides killing them. */
export interface Mischief {
  /** How often a process was frozen for longer than its leases last, and then resumed. */
  readonly zombies: number;
  /** How often a connection was cut, or fell silent. */
  readonly cuts: number;
}

export interface MonkeyOptions {
  readonly fleet: Fleet;
  readonly databases: Databases;
  readonly random: Random;
  /** How many deaths of processes are enough. */
  readonly kills: number;
  /** Told of each death, with their number so far. */
  readonly onDeath: (deaths: number) => void;
}

const relayLeaseMs = 10_000;
const pointNames = Object.keys(points) as Point[];

/** Kills processes until enough have died. Some are down then, and some are about to kill themselves. */
export async function runMonkey({ fleet, databases, random, kills, onDeath }: MonkeyOptions): Promise<Mischief> {
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  const fuse = (): Fuse | undefined => {
    const point = pick(pointNames);
    return point === undefined || random() < 0.4 ? undefined : { point, nth: 1 + Math.floor(random() ** 2 * 10) };
  };
  /** Past the lease of a message mostly, and sometimes past that of the relay. */
  const pauseMs = (): number => (random() < 0.08 ? 1.1 * relayLeaseMs : leaseMs * (1.2 + random()));
  /** On a busy machine processes start slowly: they are given the time to do something before they die. */
  const restMs = (): number => Math.min(1_500, Math.max(350, fleet.startMs / 3));
  let zombies = 0;
  let cuts = 0;
  const asleep = new Set<Member>();
  const sleeps: Promise<void>[] = [];

  const sleep = async (member: Member, ms: number): Promise<void> => {
    asleep.add(member);
    member.signal('SIGSTOP');
    await delay(ms);
    member.signal('SIGCONT');
    asleep.delete(member);
    zombies++;
  };

  for (let seen = 0; seen < kills;) {
    const chance = random();
    const member = pick(fleet.members.filter((one) => !asleep.has(one)));
    if (member?.isUp === false) member.start(fuse());
    else if (chance < 0.5) await member?.kill();
    else if (chance < 0.6 && member !== undefined) sleeps.push(sleep(member, pauseMs()));
    else if (chance < 0.7 && (await pick(databases.cuts)?.()) === true) cuts++;
    await delay(random() * restMs());
    while (seen < countDeaths(fleet)) onDeath(++seen);
  }
  await Promise.all(sleeps);
  return { zombies, cuts };
}
