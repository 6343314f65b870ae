import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { setImmediate } from 'node:timers/promises';

/** @typedef {import('./cases.js').Way} Way */

/**
 * How long a way takes, in ns for each message, over all rounds.
 *
 * @typedef {{ median: number, best: number, bytes: number }} Timing
 */

const warmUpMs = 250;
const messagesPerTask = 500;
const messagesToWeigh = 300;

/**
 * Times ways against each other. Each round visits each of them once, in a new random order, so that a machine that gets
 * slower or faster affects all of them equally.
 *
 * @param {readonly Way[]} ways
 * @param {{ rounds: number, roundMs: number }} options
 * @returns {Promise<Timing[]>} in the order of `ways`
 */
export async function measure(ways, { rounds, roundMs }) {
  /** @type {{ way: Way, messages: number, times: number[] }[]} */
  const contestants = [];
  for (const way of ways) contestants.push({ way, messages: await warmUp(way, roundMs), times: [] });
  for (let round = 0; round < rounds; round++) {
    for (const { way, messages, times } of shuffled(contestants)) {
      globalThis.gc?.({ type: 'minor' });
      times.push((await time(way, messages)) * (1e6 / messages));
    }
  }
  const timings = [];
  for (const { way, times } of contestants) {
    timings.push({ median: median(times), best: Math.min(...times), bytes: await weigh(way) });
  }
  return timings;
}

/** @param {readonly number[]} values */
export function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/**
 * Runs a way until the compiler has settled.
 *
 * @param {Way} way
 * @param {number} roundMs
 * @returns {Promise<number>} how many messages fill a round
 */
async function warmUp(way, roundMs) {
  let messages = 8;
  let ms = await time(way, messages);
  for (let spent = ms; ms < roundMs / 2 || spent < warmUpMs; spent += ms) {
    if (ms < roundMs / 2) messages *= 2;
    ms = await time(way, messages);
  }
  return Math.max(1, Math.round((messages * roundMs) / ms));
}

/**
 * The ms that a number of messages take. They are spread over tasks, because what a container holds by `WeakRef` cannot be
 * freed before the task ends.
 *
 * @param {Way} way
 * @param {number} messages
 */
async function time({ run }, messages) {
  const begin = performance.now();
  for (let n = 0; n < messages;) {
    const end = Math.min(messages, n + messagesPerTask);
    for (; n < end; n++) await run(n);
    await setImmediate();
  }
  return performance.now() - begin;
}

/**
 * The bytes that a message allocates.
 *
 * @param {Way} way
 */
async function weigh({ run }) {
  const weights = [];
  for (let attempt = 0; attempt < 5; attempt++) {
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    for (let n = 0; n < messagesToWeigh; n++) await run(n);
    weights.push((process.memoryUsage().heapUsed - before) / messagesToWeigh);
  }
  return median(weights);
}

/**
 * @template T
 * @param {readonly T[]} values
 */
function shuffled(values) {
  return values
    .map((value) => ({ value, order: Math.random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ value }) => value);
}
