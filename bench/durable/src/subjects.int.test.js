import { execFile } from 'node:child_process';
import process from 'node:process';
import { URL, fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { findServer, nats, postgres, rabbitmq, redis } from '@anywise/test-servers';
import { hasPeers } from './peers.js';
import { makePlace } from './places.js';

const fromSource = ['--import', 'tsx', '--conditions=@anywise/source'];

const withoutPeers = { leftOut: 'run `pnpm bench` once, which installs the libraries to compare with' };

/** Where each server is that may be used, or why it is left out. What compares with them is installed by `pnpm bench`. */
const servers = {
  sqlite: { url: '' },
  postgres: await find(postgres),
  redis: await find(redis),
  nats: await findServer(nats, process.env),
  rabbitmq: await findServer(rabbitmq, process.env),
};

/** @type {[string, import('./places.js').Server][]} */
const cases = [
  ['sqlite-raw', 'sqlite'],
  ['sqlite-transport', 'sqlite'],
  ['sqlite-path', 'sqlite'],
  ['sqlite-batch', 'sqlite'],
  ['postgres-raw-row', 'postgres'],
  ['postgres-raw', 'postgres'],
  ['postgres-batch', 'postgres'],
  ['graphile', 'postgres'],
  ['graphile-batch', 'postgres'],
  ['pg-boss', 'postgres'],
  ['pg-boss-batch', 'postgres'],
  ['nats-raw', 'nats'],
  ['nats-transport', 'nats'],
  ['nats-path', 'nats'],
  ['rabbitmq-raw', 'rabbitmq'],
  ['rabbitmq-transport', 'rabbitmq'],
  ['rabbitmq-path', 'rabbitmq'],
  ['bullmq', 'redis'],
];

describe('each subject brings every message', () => {
  for (const [name, server] of cases) {
    const found = servers[server];
    if ('url' in found) it(name, () => measures(name, server));
    else it.skip(`${name} (skipped: ${found.leftOut})`, () => undefined);
  }
});

/** @type {[string, import('./places.js').Server | 'memory'][]} */
const remoteCases = [
  ['memory', 'memory'],
  ['sqlite', 'sqlite'],
  ['socket-raw', 'sqlite'],
  ['nats', 'nats'],
  ['nats-raw', 'nats'],
  ['moleculer', 'nats'],
  ['nest', 'nats'],
  ['rabbitmq', 'rabbitmq'],
  ['postgres', 'postgres'],
];

// Each checks that an answer is the one to its request.
describe('each way to ask brings every answer', () => {
  for (const [name, server] of remoteCases) {
    const needsPeers = ['moleculer', 'nest'].includes(name) && !hasPeers();
    const found = server === 'memory' ? { url: 'memory:' } : needsPeers ? withoutPeers : servers[server];
    if ('url' in found) it(name, () => asks(name, server));
    else it.skip(`${name} (skipped: ${found.leftOut})`, () => undefined);
  }
});

describe('messages that wait in the inbox are handled', () => {
  for (const name of ['none', 'many', 'one']) {
    it(name, async () => {
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
 * @param {string} name
 * @param {import('./places.js').Server | 'memory'} server
 */
async function asks(name, server) {
  const limits = ['--in-flight', '1,16', '--ms', '50', '--warm-up', '20'];
  const { rates, latency } = /** @type {import('./publish.js').Found} */ (
    await run('remote/ask.js', server, name, limits)
  );
  expect(Math.min(...Object.values(rates), latency.p50)).toBeGreaterThan(0);
}

/**
 * @param {string} script
 * @param {import('./places.js').Server | 'memory'} server
 * @param {string} name
 * @param {readonly string[]} limits
 * @returns {Promise<unknown>}
 */
async function run(script, server, name, limits) {
  const place = await placeOn(server);
  try {
    const file = fileURLToPath(new URL(script, import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [...fromSource, file, name, place.url, ...limits]);
    // Nest prints lines of its own before it.
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  } finally {
    await place.remove();
  }
}

/** @param {import('./places.js').Server | 'memory'} server */
async function placeOn(server) {
  if (server === 'memory') return { url: 'memory:', remove: async () => undefined };
  return makePlace(server, {
    postgres: urlOf(servers.postgres),
    redis: urlOf(servers.redis),
    nats: urlOf(servers.nats),
    rabbitmq: urlOf(servers.rabbitmq),
  });
}

/**
 * @param {Parameters<typeof findServer>[0]} server
 * @returns {ReturnType<typeof findServer>}
 */
async function find(server) {
  if (hasPeers()) return findServer(server, process.env);
  return withoutPeers;
}

/** @param {Awaited<ReturnType<typeof findServer>>} found */
function urlOf(found) {
  return 'url' in found ? found.url : '';
}
