import { expect, it } from '@jest/globals';
import { eventually } from 'anywise/testing';
import { openDatabases } from '../databases/open.js';
import { describeOnEachStore } from '../databases/each-store.js';
import { createFleet } from './fleet.js';
import { judge } from './verdict.js';

describeOnEachStore('a process that stood still for longer than its lease', (kind) => {
  it('takes back what it did, as another has done it', async () => {
    await using databases = await openDatabases(kind);
    await using fleet = createFleet(databases, ['source', 'middle', 'middle', 'sink']);
    const zombie = fleet.members[1];
    await zombie?.kill();
    zombie?.start({ point: 'claimed', nth: 1, signal: 'SIGSTOP' });
    fleet.open();
    await zombie?.burnt();
    await eventually(async () => {
      expect(await databases.rows('middle', 'SELECT id FROM anywise_inbox WHERE attempts > 1')).not.toEqual([]);
    });
    zombie?.signal('SIGCONT');
    await zombie?.says('lost its lease');
    await fleet.calm();

    const { events, broken } = await judge(databases);
    expect([...broken, ...fleet.accidents]).toEqual([]);
    expect(events).toBeGreaterThan(0);
  });
});
