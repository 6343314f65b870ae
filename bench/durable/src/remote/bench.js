// Measures every way to ask another process in turns, and prints tables in Markdown. See the README.
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { URL, fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { machine } from '../machine.js';
import { hasPeers, installPeers } from '../peers.js';
import { makePlace, whyNotReachable } from '../places.js';
import { print } from '../report.js';
import { Summary } from '../summary.js';
import { pairs, subjects } from './subjects.js';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    passes: { type: 'string', default: '3' },
    'in-flight': { type: 'string', default: '1,64' },
    ms: { type: 'string', default: '2000' },
    postgres: { type: 'string', default: 'postgres://postgres@127.0.0.1:5432/test' },
    nats: { type: 'string', default: 'nats://127.0.0.1:4222' },
    rabbitmq: { type: 'string', default: 'amqp://guest:guest@127.0.0.1:5672' },
    json: { type: 'string' },
  },
});
const addresses = { ...options, redis: '' };
const patienceMs = 300_000;
const script = fileURLToPath(new URL('ask.js', import.meta.url));

const wanted = options.only?.split(',') ?? [...subjects.keys()];
const unknown = wanted.filter((name) => !subjects.has(name));
if (unknown.length > 0) {
  throw new Error(`--only does not know ${unknown.join(', ')}. It knows ${[...subjects.keys()].join(', ')}.`);
}
if (!hasPeers()) installPeers();

/** @type {string[]} */
const skipped = [];
/** @type {string[]} */
const ready = [];
for (const name of wanted) {
  const server = serverOf(name);
  const reason = server === 'memory' ? undefined : await whyNotReachable(server, addresses);
  if (reason === undefined) ready.push(name);
  else skipped.push(`${name}, because ${reason}`);
}

const summary = new Summary(subjects, pairs);
for (let pass = 1; pass <= Number(options.passes); pass++) {
  for (const name of ready) {
    process.stderr.write(`pass ${pass} of ${options.passes}: ${name}\n`);
    summary.add(name, await measure(name));
  }
}
/** @type {import('../report.js').Report} */
const report = {
  ...machine(),
  passes: Number(options.passes),
  subjects: summary.lines(),
  rates: summary.rates(),
  latencies: summary.latencies(),
  backlog: [],
  skipped,
};
print(report, 'Answers');
if (options.json !== undefined) writeFileSync(options.json, JSON.stringify(report, undefined, 2));

/** @param {string} name */
async function measure(name) {
  const server = serverOf(name);
  const place =
    server === 'memory' ? { url: 'memory:', remove: async () => undefined } : await makePlace(server, addresses);
  try {
    const args = [script, name, place.url, '--in-flight', options['in-flight'], '--ms', options.ms];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: patienceMs });
    // Nest prints to the same place, in lines of its own.
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  } finally {
    await place.remove();
  }
}

/** @param {string} name */
function serverOf(name) {
  return /** @type {import('./subjects.js').Entry} */ (subjects.get(name)).server;
}
