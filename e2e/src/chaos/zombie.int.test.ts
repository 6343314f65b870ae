import { expect, it } from '@jest/globals';
import { eventually } from 'anywise/testing';
import type { Databases } from '../databases/databases.js';
import { openDatabases } from '../databases/open.js';
import { describeOnEachStore } from '../databases/each-store.js';
import { createFleet } from './fleet.js';
import { judge } from './verdict.js';

describeOnEachStore('a process that was frozen for longer than its lease', (kind) => {
  it('rolls back its work, because another process has done it', async () => {
    await using databases = await openDatabases(kind);
    await using fleet = createFleet(databases, ['source', 'middle', 'middle', 'sink']);
    const [, zombie, successor] = fleet.members;
    await Promise.all([zombie?.kill(), successor?.kill()]);
    zombie?.start({ point: 'claimed', nth: 1, signal: 'SIGSTOP' });
    fleet.open();
    await zombie?.burnt();
    // Only now, because an instance that keeps up leaves nothing for another to claim.
    successor?.start();
    const held = await runningLeases(databases);
    expect(held).not.toEqual([]);
    await eventually(async () => expect(overlap(await runningLeases(databases), held)).toEqual([]));
    zombie?.signal('SIGCONT');
    await zombie?.says('lost its lease');
    await fleet.calm();

    const { events, broken } = await judge(databases);
    expect([...broken, ...fleet.accidents]).toEqual([]);
    expect(events).toBeGreaterThan(0);
  });
});

/** The leases under which messages are being handled. One that is no longer there has ended, or another process has taken over. */
async function runningLeases(databases: Databases): Promise<unknown[]> {
  const rows = await databases.rows<{ readonly lease: unknown }>(
    'middle',
    "SELECT lease FROM anywise_inbox WHERE state = 'running'",
  );
  return rows.map(({ lease }) => lease);
}

function overlap(some: readonly unknown[], others: readonly unknown[]): unknown[] {
  return some.filter((one) => others.includes(one));
}
