import { execFile } from 'node:child_process';
import process from 'node:process';
import { URL, fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { hasPeers } from './peers.js';
import { makePlace, whyNotReachable } from './places.js';

const fromSource = ['--import', 'tsx', '--conditions=@anywise/source'];
const addresses = {
  postgres: process.env.ANYWISE_TEST_POSTGRES ?? 'postgres://postgres@127.0.0.1:5432/test',
  redis: 'redis://127.0.0.1:6379',
};
/** They are no part of the workspace, so they are missing where nobody has measured yet. */
const noPeers = 'run `pnpm bench` once, which installs the libraries to compare with';

/** @type {[string, import('./places.js').Server][]} */
const cases = [
  ['sqlite-raw', 'sqlite'],
  ['sqlite-transport', 'sqlite'],
  ['sqlite-path', 'sqlite'],
  ['postgres-raw-row', 'postgres'],
  ['postgres-raw', 'postgres'],
  ['bullmq', 'redis'],
];

/** Why a server cannot be used, by server. */
const reasons = new Map(
  await Promise.all(cases.map(async ([, server]) => /** @type {const} */ ([server, await whyMissing(server)]))),
);

describe('each subject brings every message', () => {
  for (const [name, server] of cases) {
    const why = reasons.get(server);
    if (why === undefined) test(name, () => measures(name, server));
    else if (why !== noPeers && process.env.ANYWISE_TEST_SERVERS === 'required') {
      test(name, () => Promise.reject(new Error(why)));
    } else test.skip(`${name} (skipped: ${why})`, () => undefined);
  }
});

describe('messages that wait in the inbox are handled', () => {
  for (const name of ['none', 'many', 'one']) {
    test(name, async () => {
      const limits = ['--rows', '25000', '--ms', '300'];
      const found = /** @type {import('./backlog.js').FoundBacklog} */ (
        await run('backlog.js', 'sqlite', name, limits)
      );
      expect(Math.min(found.added, found.claimed, found.handled)).toBeGreaterThan(0);
    });
  }
});

/**
 * The publishing process ends well only once the consuming one has done with as many messages as were published.
 *
 * @param {string} name
 * @param {import('./places.js').Server} server
 */
async function measures(name, server) {
  const limits = ['--in-flight', '1,64', '--ms', '50', '--paced', '5'];
  const { rates, latency } = /** @type {import('./publish.js').Found} */ (
    await run('publish.js', server, name, limits)
  );
  expect(Math.min(...Object.values(rates), latency.p50)).toBeGreaterThan(0);
}

/**
 * @param {string} script
 * @param {import('./places.js').Server} server
 * @param {string} name
 * @param {readonly string[]} limits
 * @returns {Promise<unknown>}
 */
async function run(script, server, name, limits) {
  const place = await makePlace(server, addresses);
  try {
    const file = fileURLToPath(new URL(script, import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [...fromSource, file, name, place.url, ...limits]);
    return JSON.parse(stdout);
  } finally {
    await place.remove();
  }
}

/** @param {import('./places.js').Server} server */
async function whyMissing(server) {
  if (server === 'sqlite') return undefined;
  if (!hasPeers()) return noPeers;
  return whyNotReachable(server, addresses);
}
