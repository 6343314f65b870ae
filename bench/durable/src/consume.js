// The consuming process of a subject: `node consume.js <subject> <url>`, with an IPC channel to the publishing process.
import process from 'node:process';
import { setInterval } from 'node:timers';
import { now } from './message.js';
import { subjectOf } from './subjects.js';

/**
 * What this process tells: how many messages are done with, whenever that has changed, and, when asked, how long each of those
 * since it was last asked took to arrive, in milliseconds.
 *
 * @typedef {{ readonly done: number, readonly latencies?: readonly number[] }} Report
 */

const reportEveryMs = 5;
const [name = '', url = ''] = process.argv.slice(2);
const subject = await subjectOf(name).load();

let done = 0;
let told = -1;
/** @type {number[]} */
let latencies = [];
const consumer = await subject.consumer(url, {
  arrived: ({ sentAt }) => void latencies.push(now() - sentAt),
  done: () => void done++,
});

setInterval(() => {
  if (done === told) return;
  told = done;
  process.send?.({ done });
}, reportEveryMs);

process.on('message', (wanted) => {
  if (wanted === 'close') return void consumer.close().then(() => process.exit());
  process.send?.({ done, latencies });
  latencies = [];
});
// Without the publishing process there is nothing left to do.
process.on('disconnect', () => process.exit(1));
