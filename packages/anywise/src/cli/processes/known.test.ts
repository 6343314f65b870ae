import { expect, it } from '@jest/globals';
import { memoryStore } from '../../memory/store.js';
import type { ProcessRow } from '../../core/ports/processes.js';
import { knownProcesses, lagOf } from './known.js';

const minute = 60_000;

function row(holder: string, seenAgoMs: number, lag?: number): ProcessRow {
  const at = Date.now() - seenAgoMs;
  const own = { service: 'orders', version: undefined, host: 'a', pid: 1, concurrency: 1, description: {} };
  const known = lag === undefined ? {} : { lag: { count: lag, isMore: false } };
  return { ...own, holder, startedAt: at - minute, seenAt: at, ...known };
}

async function knownOf(rows: readonly ProcessRow[]) {
  const store = memoryStore();
  return knownProcesses({ ...store, processes: { ...store.processes, list: async () => rows } as never });
}

it('takes the lag of the process that was seen last and knows it, and of none that has gone', async () => {
  const known = await knownOf([row('young', 0), row('old', minute, 7), row('older', 2 * minute, 9)]);
  expect(lagOf(known)?.lag).toEqual({ count: 7, isMore: false });
  expect(known.map(({ holder, isAlive }) => [holder, isAlive])).toEqual([
    ['young', true],
    ['old', true],
    ['older', true],
  ]);
  const gone = await knownOf([row('gone', 10 * minute, 9)]);
  expect(gone).toMatchObject([{ isAlive: false, ranMs: minute }]);
  expect(lagOf(gone)).toBeUndefined();
});
