import process from 'node:process';
import { tookSince } from './took.js';

/**
 * @typedef {import('./anywise.js').Log} Log
 * @typedef {import('./took.js').Took} Took
 * @typedef {object} Case
 * @property {string} name
 * @property {(log: Log, state: State) => Promise<Took>} run
 */

const streams = 1_000;
const longest = 100;

/** The versions of a log's streams, as far as it has been filled. */
export class State {
  /** @type {number[]} */
  versions = Array.from({ length: streams }, () => 0);
  at = 0;

  /** The next stream, with its version, which is one higher from then on. */
  next() {
    const n = this.at++ % streams;
    const version = this.versions[n] ?? 0;
    this.versions[n] = version + 1;
    return { stream: `s${n}`, version };
  }
}

/** Gives each stream its first event, and one stream a hundred. @param {Log} log @param {State} state @param {number} writers */
export async function fill(log, state, writers) {
  await timed(streams, writers, () => append(log, state));
  await log.append('long', 0, longest);
}

/** How many operations a round has. @typedef {{ readonly appends: number, readonly loads: number, readonly writers: number }} Size */

/** @param {Size} size @returns {readonly Case[]} */
export function casesOf({ appends, loads, writers }) {
  return [
    { name: 'append, alone', run: (log, state) => timed(appends, 1, () => append(log, state)) },
    {
      name: `append, ${writers} writers`,
      run: (log, state) => timed(appends * 3, writers, () => append(log, state)),
    },
    {
      name: `load ${longest} events, alone`,
      run: (log) =>
        timed(loads, 1, async () => {
          const found = await log.load('long');
          if (found !== longest) throw new Error(`The stream has ${found} events, not ${longest}.`);
        }),
    },
  ];
}

/** @param {Log} log @param {State} state */
async function append(log, state) {
  const { stream, version } = state.next();
  await log.append(stream, version, 1);
}

/**
 * What operations take, of which so many are open at a time.
 *
 * @param {number} operations
 * @param {number} atOnce
 * @param {() => Promise<void>} run
 */
async function timed(operations, atOnce, run) {
  let left = operations;
  const began = globalThis.performance.now();
  const cpu = process.cpuUsage();
  const lane = async () => {
    while (left-- > 0) await run();
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return tookSince(began, cpu, operations);
}
