import assert from 'node:assert/strict';
import type { ProcessInfo, Processes } from '../../core/ports/processes.js';
import type { Store } from '../../core/ports/store.js';
import { eventually } from '../eventually.js';
import { same } from '../same.js';
import type { StoreCase } from '../store-case.js';

function processesOf({ processes }: Store): Processes {
  assert.ok(processes !== undefined, 'it keeps no list of processes');
  return processes;
}

function processNamed(holder: string, change: Partial<ProcessInfo> = {}): ProcessInfo {
  const description = { name: 'orders', text: '🚀 "' };
  return {
    holder,
    service: 'orders',
    version: undefined,
    host: 'here',
    pid: 17,
    concurrency: 100,
    description,
    ...change,
  };
}

/** Who works for a store. */
export const processCases: readonly StoreCase[] = [
  {
    id: 'processes-seen',
    behaviour: 'lists the processes that said that they run, the last one first, and when they began',
    needs: ['observable'],
    run: async ({ store }) => {
      const processes = processesOf(store);
      await processes.seen(processNamed('a', { version: '1.4.0' }));
      const [first] = await processes.list(10);
      const { startedAt = 0, seenAt = 0, ...shown } = first ?? {};
      same(shown, processNamed('a', { version: '1.4.0' }));
      assert.ok(startedAt > 0 && seenAt >= startedAt);
      await eventually(async () => {
        await processes.seen(processNamed('a', { description: { is: 'new' } }));
        const [again] = await processes.list(10);
        same([again?.startedAt, again?.description], [startedAt, { is: 'new' }]);
        assert.ok(again !== undefined && again.seenAt > seenAt, 'the clock has not moved');
      });
      const at = await processes.seen(processNamed('b', { lag: { count: 1_000, isMore: true }, clockSkewMs: -7_000 }));
      const b = (await processes.list(10)).find(({ holder }) => holder === 'b');
      same([b?.seenAt, b?.lag, b?.clockSkewMs], [at, { count: 1_000, isMore: true }, -7_000]);
      same((await processes.list(10)).map(({ holder }) => holder).sort(), ['a', 'b']);
      same((await processes.list(1)).length, 1);
    },
  },
  {
    id: 'processes-left',
    behaviour: 'forgets a process that has stopped, and keeps the others when it is cleaned',
    needs: ['observable'],
    run: async ({ store }) => {
      const processes = processesOf(store);
      await processes.seen(processNamed('a'));
      await processes.seen(processNamed('b'));
      await processes.left('a');
      await processes.left('unknown');
      await store.clean(0);
      same(
        (await processes.list(10)).map(({ holder }) => holder),
        ['b'],
      );
    },
  },
];
