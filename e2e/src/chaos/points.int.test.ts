import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Databases, StoreKind } from '../databases/databases.js';
import { openDatabases } from '../databases/open.js';
import { describeOnEachStore } from '../databases/each-store.js';
import { createFleet, type Fleet, type Member } from './fleet.js';
import { points, type Point } from './points.js';
import type { ServiceName } from './services.js';
import { judge } from './verdict.js';

/** Who gets to each point. */
const travellers: Readonly<Record<Point, readonly ServiceName[]>> = {
  committed: ['source'],
  published: ['source', 'middle'],
  confirmed: ['source', 'middle'],
  'taken-in': ['middle', 'sink'],
  acknowledged: ['middle', 'sink'],
  claimed: ['middle', 'sink'],
  effected: ['middle', 'sink'],
  handled: ['middle', 'sink'],
};

/** The visits at which they die: the first differs from all others. One has to do on PostgreSQL, where starts take longer. */
const visits: Readonly<Record<StoreKind, readonly number[]>> = { sqlite: [1, 5], postgres: [2] };

const cases = (Object.keys(points) as Point[]).map((point) => ({ point, moment: points[point] }));

describeOnEachStore('each effect happens once and in order where a process dies', (kind) => {
  let databases: Databases;
  let fleet: Fleet;
  beforeAll(async () => {
    databases = await openDatabases(kind);
    fleet = createFleet(databases, ['source', 'middle', 'sink']);
    // Before, there are no tables to judge by.
    await Promise.all(fleet.members.map((member) => member.says('up')));
  });
  afterAll(async () => {
    await fleet[Symbol.asyncDispose]();
    await databases[Symbol.asyncDispose]();
  });

  it.each(cases)('$moment', async ({ point }) => {
    fleet.open();
    const victims = fleet.members.filter(({ service }) => travellers[point].includes(service));
    await Promise.all(victims.map((victim) => dieAt(point, victim, visits[kind])));
    await fleet.calm(['source']);

    expect(fleet.deaths[point]).toBe(victims.length * visits[kind].length);
    const { events, broken } = await judge(databases);
    expect([...broken, ...fleet.accidents]).toEqual([]);
    expect(events).toBeGreaterThan(0);
  });
});

async function dieAt(point: Point, victim: Member, nths: readonly number[]): Promise<void> {
  await victim.kill();
  for (const nth of nths) {
    victim.start({ point, nth });
    await victim.burnt();
  }
  victim.start();
}
