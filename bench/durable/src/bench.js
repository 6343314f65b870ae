// Measures every subject in turns, each with two processes of its own, and prints tables in Markdown. See the README.
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { URL, fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { machine } from './machine.js';
import { hasPeers, installPeers } from './peers.js';
import { makePlace, whyNotReachable } from './places.js';
import { print } from './report.js';
import { pairs, subjects } from './subjects.js';
import { Summary } from './summary.js';
import { whyNotSupported } from './supported.js';

/** @typedef {import('./places.js').Server} Server */
/** @typedef {import('./report.js').Report} Report */

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    passes: { type: 'string', default: '3' },
    'in-flight': { type: 'string', default: '1,64,512' },
    ms: { type: 'string', default: '2000' },
    paced: { type: 'string', default: '60' },
    backlog: { type: 'string', default: '200000' },
    postgres: { type: 'string', default: 'postgres://postgres@127.0.0.1:5432/test' },
    redis: { type: 'string', default: 'redis://127.0.0.1:6379' },
    nats: { type: 'string', default: 'nats://127.0.0.1:4222' },
    rabbitmq: { type: 'string', default: 'amqp://guest:guest@127.0.0.1:5672' },
    json: { type: 'string' },
  },
});
const patienceMs = 300_000;
/** A store is measured with an inbox in which many wait. Brokers have none of their own. */
const hasStore = (/** @type {string} */ name) => !['nats', 'rabbitmq'].includes(serverOf(name));
const backlogCases = { none: 'few wait', many: 'many wait, of 100000 keys', one: 'many of one key wait in front' };

const wanted = options.only?.split(',') ?? [...subjects.keys()];
const unknown = wanted.filter((name) => !subjects.has(name));
if (unknown.length > 0) {
  throw new Error(`--only does not know ${unknown.join(', ')}. It knows ${[...subjects.keys()].join(', ')}.`);
}
if (!hasPeers()) installPeers();

// Ctrl-C ends the processes that measure; what they leave behind is still removed here.
let isInterrupted = false;
process.once('SIGINT', () => (isInterrupted = true));

const { reasons, ready } = await readySubjects();
const summary = new Summary(subjects, pairs);
for (let pass = 1; pass <= Number(options.passes); pass++) {
  for (const name of ready) {
    process.stderr.write(`pass ${pass} of ${options.passes}: ${name}\n`);
    const limits = ['--in-flight', options['in-flight'], '--ms', options.ms, '--paced', options.paced];
    summary.add(name, await inProcess('publish.js', serverOf(name), name, limits));
  }
}
/** @type {Report} */
const report = {
  ...machine(),
  passes: Number(options.passes),
  subjects: summary.lines(),
  rates: summary.rates(),
  latencies: summary.latencies(),
  backlog: Number(options.backlog) > 0 ? await measureBacklogs() : [],
  skipped: [...new Set(reasons.values())],
};
print(report, 'Messages');
if (options.json !== undefined) writeFileSync(options.json, JSON.stringify(report, undefined, 2));

async function readySubjects() {
  /** @type {Map<string, string>} */
  const reasons = new Map();
  for (const name of wanted) {
    const server = serverOf(name);
    const isOurs = ['transport', 'path', 'batch'].includes(subjects.get(name)?.role ?? '');
    const reason =
      (await whyNotReachable(server, options)) ?? (isOurs ? await whyNotSupported(options, server) : undefined);
    if (reason !== undefined) reasons.set(name, `${name}, because ${reason}`);
  }
  for (const reason of new Set(reasons.values())) process.stderr.write(`skipped: ${reason}\n`);
  return { reasons, ready: wanted.filter((name) => !reasons.has(name)) };
}

/** Of each store whose whole path is measured. */
async function measureBacklogs() {
  /** @type {Report['backlog']} */
  const found = [];
  for (const name of ready.filter((name) => subjects.get(name)?.role === 'path' && hasStore(name))) {
    for (const [key, title] of Object.entries(backlogCases)) {
      process.stderr.write(`backlog: ${name}, ${title}\n`);
      const limits = ['--rows', options.backlog, '--ms', String(4 * Number(options.ms))];
      found.push({
        title: `${serverOf(name)}, ${title}`,
        found: await inProcess('backlog.js', serverOf(name), key, limits),
      });
    }
  }
  return found;
}

/**
 * Runs a script on a place of its own, and gives what it prints.
 *
 * @param {string} script
 * @param {Server} server
 * @param {string} name
 * @param {readonly string[]} limits
 */
async function inProcess(script, server, name, limits) {
  const place = await makePlace(server, options);
  try {
    const args = [...process.execArgv, fileURLToPath(new URL(script, import.meta.url)), name, place.url, ...limits];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: patienceMs });
    if (isInterrupted) process.exit(130);
    return JSON.parse(stdout);
  } finally {
    await place.remove();
  }
}

/** @param {string} name */
function serverOf(name) {
  return /** @type {import('./subjects.js').Entry} */ (subjects.get(name)).server;
}
