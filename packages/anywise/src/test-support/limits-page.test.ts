import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { transportDefaults as postgresDefaults } from '../postgres/transport.js';
import { responderMs } from '../postgres/request-statements.js';
import { missedMs } from '../postgres/suspects.js';
import { frameMs, unreadBytes } from '../sqlite/frame-socket.js';
import { transportDefaults as sqliteDefaults } from '../sqlite/transport.js';
import { defaultRetryPlan } from '../kit/retry.js';
import { longestTimerMs } from '../core/time/timers.js';
import { awayDelays, refusedDelays } from '../core/delivery/attachment.js';
import { overdueMs } from '../core/delivery/delivery.js';
import { relayBatch } from '../core/delivery/relay.js';
import { limits, messageBytesCheck } from '../core/message/limits.js';
import { waitingForEach } from '../core/dispatch/responder.js';
import { mostReruns } from '../core/dispatch/work-in-hand.js';
import { busDefaults, defaultStopMs } from '../core/bus/options.js';

const page = readFileSync(new URL('../../../../docs/limits.md', import.meta.url), 'utf8');
const rows = page.split('\n').filter((line) => /^\| [^-w]|^\| what [^|]/.test(line));

/** The numbers of a text, those in parentheses and in names left out. */
function numbersIn(text: string): number[] {
  const plain = text.replaceAll(/\([^)]*\)|UTF-8|`[^`]*`/g, '');
  return [...plain.matchAll(/\d[\d,]*/g)].map(([digits]) => Number(digits.replaceAll(',', '')));
}

const { attributeBytes, messageBytes, largestMessageBytes, keptBytes, depth, batchBytes, inHandBytes } = limits;
const { firstDelayMs, factor, maxDelayMs, attempts } = defaultRetryPlan;

/** What the page says, row by row. */
const said: readonly (readonly [row: string, numbers: readonly number[]])[] = [
  ['a message as JSON', [messageBytes, 1_024, largestMessageBytes, keptBytes]],
  ['an attribute of an envelope', [attributeBytes]],
  ['depth of the data', [depth]],
  ['the name of a listener', [attributeBytes]],
  ['the name of a context key', [20]],
  ['an idempotency key', [attributeBytes]],
  ['a page of dead letters', [batchBytes]],
  ['a row of the database', [largestMessageBytes, keptBytes]],
  ['a batch that a store or a transport', [batchBytes]],
  ['what a bus has in hand', [inHandBytes, busDefaults.concurrency]],
  ['requests of other services', [busDefaults.concurrency, waitingForEach]],
  ['what one of several listeners', []],
  ['a batch of the relay', [relayBatch]],
  ['what waits on a socket', [unreadBytes]],
  ['one attempt of a listener', [busDefaults.timeoutMs]],
  ['the wait for another service', [busDefaults.remoteTimeoutMs]],
  ['decisions of one message', [mostReruns + 1]],
  ['attempts', [attempts]],
  ['pause before an attempt', [firstDelayMs, factor, maxDelayMs]],
  ['a lease', [busDefaults.leaseMs]],
  ['what `stop` waits', [defaultStopMs]],
  [
    'pause before a transport',
    [awayDelays.firstDelayMs, awayDelays.factor, awayDelays.maxDelayMs, refusedDelays.maxDelayMs],
  ],
  ['age of a message in the outbox', [overdueMs]],
  ['how long handled messages', [busDefaults.retentionMs]],
  ['how long a transport keeps', [sqliteDefaults.retentionMs]],
  ['how long it keeps', [sqliteDefaults.keepReadMs]],
  ['the rest of a frame', [frameMs]],
  ['a responder whose connection', [missedMs]],
  ['a responder without a sign', [responderMs]],
  ['a time limit or a pause', [longestTimerMs]],
];

describe('the page on limits', () => {
  it('has the numbers of the code', () => {
    const found = rows.filter((row) => !row.startsWith('| what |'));
    expect(found.map(numbersIn)).toEqual(said.map(([, numbers]) => numbers));
    for (const [at, [beginning]] of said.entries()) expect(found[at]).toContain(`| ${beginning}`);
  });

  it('is right for both transports', () => {
    const { retentionMs, keepReadMs, maxMessageBytes } = postgresDefaults;
    expect(sqliteDefaults).toMatchObject({ retentionMs, keepReadMs, maxMessageBytes });
    expect(maxMessageBytes).toBe(busDefaults.maxMessageBytes);
  });

  it('has the bounds of the size of a message', () => {
    const allowed = [1_023, 1_024, largestMessageBytes, largestMessageBytes + 1].map((bytes) =>
      messageBytesCheck(bytes),
    );
    expect(allowed.map((problem) => problem === undefined)).toEqual([false, true, true, false]);
  });
});
