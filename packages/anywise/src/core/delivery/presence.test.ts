import { expect, it } from '@jest/globals';
import type { ProcessInfo, Processes } from '../ports/processes.js';
import { Presence } from './presence.js';

const info: ProcessInfo = {
  holder: 'a',
  service: 'orders',
  version: undefined,
  host: 'here',
  pid: 17,
  concurrency: 1,
  description: {},
};
const silent = (): undefined => undefined;
const logger = { debug: silent, info: silent, warn: silent, error: silent };

/** What a process says when it starts, to a database whose clock is so far ahead. */
async function saidAtStart(aheadMs: number, lag: () => Promise<{ count: number; isMore: boolean }>) {
  const said: ProcessInfo[] = [];
  const processes: Processes = {
    async seen(process) {
      said.push(process);
      return Date.now() + aheadMs;
    },
    left: async () => undefined,
    list: async () => [],
  };
  const presence = new Presence(processes, () => info, lag, logger);
  await presence.begin();
  await presence.end();
  return said;
}

it('says again at once if its clock is not that of the database, with how far it is behind', async () => {
  const [first, second, ...others] = await saidAtStart(60_000, async () => ({ count: 3, isMore: false }));
  expect(first).toEqual({ ...info, lag: { count: 3, isMore: false }, clockSkewMs: undefined });
  expect(second?.clockSkewMs).toBeLessThanOrEqual(-59_000);
  expect(others).toEqual([]);
});

it('says once that it runs if the clocks agree, even if the transport does not tell what waits', async () => {
  const said = await saidAtStart(0, async () => Promise.reject(new Error('away')));
  expect(said).toEqual([{ ...info, lag: undefined, clockSkewMs: undefined }]);
});
