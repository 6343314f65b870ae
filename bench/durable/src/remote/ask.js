// Measures one way to ask at one place: `node ask.js <subject> <url>`. This process asks, a child of it answers. Prints what it
// found as JSON.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { setImmediate } from 'node:timers/promises';
import { URL, fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { now } from '../message.js';
import { makeRequest } from './subject.js';
import { subjectOf } from './subjects.js';

/** @typedef {import('../publish.js').Found} Found */

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'in-flight': { type: 'string', default: '1,64' },
    ms: { type: 'string', default: '2000' },
    'warm-up': { type: 'string', default: '5000' },
  },
});
const [name = '', url = ''] = positionals;
/** Enough for code of any of the libraries to be compiled. */
const warmUp = Number(options['warm-up']);
const warmUpInFlight = 16;
/** How often each lane lets the event loop turn: within one process nothing else may. Lanes that ask together do so together. */
const breatheEvery = 100;

const { server, load } = subjectOf(name);
const subject = await load();
const responder = server === 'memory' ? await subject.responder(url) : await respondingProcess();
const asker = await subject.asker(url);
let asked = 0;
await each(warmUpInFlight, () => asked < warmUp);
/** @type {Record<string, number>} */
const rates = {};
/** @type {number[] | undefined} */
let alone;
for (const inFlight of options['in-flight'].split(',').map(Number)) {
  const begin = now();
  const took = await each(inFlight, () => now() < begin + Number(options.ms));
  rates[inFlight] = (took.length * 1_000) / (now() - begin);
  alone ??= took.sort((a, b) => a - b);
}
const at = (/** @type {number} */ part) => alone?.[Math.floor(alone.length * part)] ?? Number.NaN;
await asker.close();
await responder.close();
/** @type {Found} */
const found = { rates, latency: { p50: at(0.5), p99: at(0.99) } };
process.stdout.write(JSON.stringify(found), () => process.exit());

/**
 * Asks in so many lanes, and gives how long each answer took, in milliseconds.
 *
 * @param {number} lanes
 * @param {() => boolean} goOn
 */
async function each(lanes, goOn) {
  /** @type {number[]} */
  const took = [];
  const lane = async () => {
    for (let n = 1; goOn(); n++) {
      const request = makeRequest(++asked);
      const began = now();
      const reply = await asker.ask(request);
      took.push(now() - began);
      if (reply.orderId !== request.orderId) throw new Error(`${request.orderId} got the answer of ${reply.orderId}.`);
      if (n % breatheEvery === 0) await setImmediate();
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return took;
}

async function respondingProcess() {
  const child = fork(fileURLToPath(new URL('respond.js', import.meta.url)), [name, url]);
  await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error('The process that answers has ended.'))),
  ]);
  return {
    async close() {
      child.send('close');
      await once(child, 'exit');
    },
  };
}
