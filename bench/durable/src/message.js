import process from 'node:process';

/**
 * What every subject moves: 200 bytes as JSON.
 *
 * @typedef {{ readonly n: number, readonly sentAt: number, readonly filler: string }} Message
 */

const filler = 'x'.repeat(150);

/**
 * @param {number} n
 * @returns {Message}
 */
export function makeMessage(n) {
  return { n, sentAt: now(), filler };
}

/** Milliseconds on a clock that all processes of this machine share. */
export function now() {
  return Number(process.hrtime.bigint()) / 1e6;
}
