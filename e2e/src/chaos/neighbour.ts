import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from 'anywise/testing';
import type { Databases } from '../databases/databases.js';
import { Counted } from './messages.js';

/** A program that shares the transport and follows none of its rules. */
export interface Neighbour {
  /** How many messages it has put there. Each has to become one dead letter of the middle. */
  readonly written: number;
  /** Puts one there now and then, until it is told to stop. */
  meddle(stop: AbortSignal): Promise<void>;
}

const pauseMs = 300;
/** More than a broker needs to come back. */
const patienceMs = 120_000;

export function createNeighbour(databases: Databases): Neighbour {
  let written = 0;
  // There is no log before the first service has made it. What failed may be there all the same, so it is not given up.
  const insist = (text: string): Promise<void> =>
    eventually(async () => {
      if (!(await databases.intoLog(Counted.type, 'event', text, written))) throw new Error('It is not in the log.');
    }, patienceMs);
  return {
    get written() {
      return written;
    },
    async meddle(stop) {
      while (!stop.aborted) {
        await insist(hostileText(written));
        written++;
        await delay(pauseMs, undefined, { signal: stop }).catch(() => undefined);
      }
    },
  };
}

/** The number of a hostile message, by the text of its dead letter. */
export function numberOfHostile(text: string): number | undefined {
  const [, base64] = /^data:;base64,(.*)$/.exec(text) ?? [];
  const shown = base64 === undefined ? text : Buffer.from(base64, 'base64').toString();
  const [, number] = /hostile\W{1,6}(\d+)/.exec(shown) ?? [];
  return number === undefined ? undefined : Number(number);
}

function hostileText(n: number): string {
  const envelope = {
    hostile: n,
    specversion: '1.0',
    id: `hostile-${n}`,
    source: '/neighbour',
    type: Counted.type,
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    kind: 'event',
    schemaversion: 1,
    correlationid: `hostile-${n}`,
    subject: 'key-0',
    data: { key: 'key-0', n },
  };
  const changes: readonly object[] = [
    ...[true, 5, {}, []].map((subject) => ({ subject })),
    { partitionkey: ['key-0'] },
    { id: 'x'.repeat(3_000) },
    { id: 'a\u0000b' },
    { subject: 'x'.repeat(3_000) },
    { type: 'source.other' },
    { kind: 'command' },
    { time: 'yesterday' },
    { schemaversion: '1' },
    { data: { text: 'x'.repeat(1_100_000) } },
  ];
  const texts = [
    ...changes.map((change) => JSON.stringify({ ...envelope, ...change })),
    `{"hostile": ${n}, "deep": ${'['.repeat(5_000)}${']'.repeat(5_000)}}`,
    `<hostile>${n}</hostile>`,
    `"hostile ${n}"`,
    `{"hostile": ${n},`,
  ];
  return texts[n % texts.length] ?? '';
}
