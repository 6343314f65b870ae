import assert from 'node:assert/strict';
import type { Envelope } from '../../core/message/envelope.js';
import { limits } from '../../core/message/limits.js';
import type { PublishFailure, Received, Transport } from '../../core/ports/transport.js';
import { testEnvelope } from '../envelopes.js';
import { eventually } from '../eventually.js';
import { same } from '../same.js';
import type { TransportCase, TransportFixture } from '../transport-case.js';
import { consume, idsOf, needed, makeKnown, numbered, publish, sameOnce, withTransports } from './steps.js';

/** An envelope of this many bytes as JSON. */
function sized(id: string, bytes: number): Envelope {
  const empty = Buffer.byteLength(JSON.stringify(testEnvelope({ id, data: '' })));
  return testEnvelope({ id, correlationid: id, data: 'x'.repeat(bytes - empty) });
}

function errorOf(failure: PublishFailure | undefined): Error & { readonly code?: string } {
  assert.ok(failure !== undefined, 'it was confirmed');
  assert.equal(failure.permanent, true);
  return failure.error as Error;
}

/** Subscribes, and records everything received, readable or not. */
async function receiveAll(transport: Transport, consumer = 'consumer'): Promise<{ readonly all: Received[] }> {
  const all: Received[] = [];
  const options = { consumer, types: ['test.happened'], onError: () => undefined };
  await transport.subscribe(options, async (batch) => void all.push(...batch));
  return { all };
}

function idsReceived(all: readonly Received[]): string[] {
  return all.flatMap((received) => ('envelope' in received ? [received.envelope.id] : []));
}

function textsReceived(all: readonly Received[]): string[] {
  return all.flatMap((received) => ('envelope' in received ? [] : [received.unreadable]));
}

const json = (change: object): string => JSON.stringify({ ...testEnvelope({ id: 'm' }), ...change });

/** Texts that are not the envelope of a `test.happened`. */
const hostile: readonly string[] = [
  '',
  '{',
  'null',
  '[]',
  '5',
  '"text"',
  '<xml/>',
  '{"id":1}',
  '{"__proto__":{}}',
  json({ specversion: '2.0' }),
  json({ id: 5 }),
  json({ id: '' }),
  json({ id: 'a\0' }),
  json({ id: '\ud800' }),
  json({ id: 'x'.repeat(600) }),
  json({ source: ['/test'] }),
  json({ subject: {} }),
  json({ subject: true }),
  json({ partitionkey: 5 }),
  json({ partitionkey: 'x'.repeat(5_000) }),
  json({ time: 'yesterday' }),
  json({ kind: 'rumour' }),
  json({ kind: 'command' }),
  json({ type: 'test.other' }),
  json({ schemaversion: '1' }),
  json({ data_base64: 'AA==' }),
  JSON.stringify(testEnvelope()).replace('{}', `${'['.repeat(2_000)}${']'.repeat(2_000)}`),
];

async function write(fixture: TransportFixture, text: string, type = 'test.happened'): Promise<void> {
  await needed(fixture, 'write')({ type, kind: 'event', text });
}

/** Oversized and invalid messages stop nothing. */
export const limitCases: readonly TransportCase[] = [
  {
    id: 'too-large',
    behaviour:
      'permanently refuses a message over the size limit, naming both sizes, and publishes the rest of the call',
    run: (fixture) =>
      withTransports(fixture, 2, async (publisher, receiver) => {
        const { ids } = await consume(receiver);
        const [most, more] = [limits.messageBytes, limits.messageBytes + 1];
        const results = await publisher.publish([sized('m0', most), sized('never', more), sized('m2', 1_000)]);
        const { code, message } = errorOf(results[1]);
        assert.equal(code, 'MESSAGE_TOO_LARGE');
        assert.match(message, new RegExp(`\\b${more}\\b.*\\b${most}\\b`));
        same([results[0], results[2]], [undefined, undefined]);
        await eventually(() => same(ids, ['m0', 'm2']));
      }),
  },
  {
    id: 'order-hole',
    behaviour: 'holds back the later messages of a key of which one is too large, and publishes other keys',
    run: (fixture) =>
      withTransports(fixture, 2, async (publisher, receiver) => {
        const { ids } = await consume(receiver);
        const of = (envelope: Envelope, subject: string): Envelope => ({ ...envelope, subject });
        const results = await publisher.publish([
          of(sized('a1', 1_000), 'a'),
          of(sized('a2', limits.messageBytes + 1_000), 'a'),
          of(sized('a3', 1_000), 'a'),
          of(sized('b1', 1_000), 'b'),
        ]);
        same(
          results.map((failure) => failure?.permanent ?? 'confirmed'),
          ['confirmed', true, false, 'confirmed'],
        );
        await publish(publisher, [testEnvelope({ id: 'last' })]);
        await eventually(() => assert.ok(ids.includes('last')));
        sameOnce(ids, ['a1', 'b1', 'last']);
      }),
  },
  {
    id: 'batch-bytes',
    behaviour: 'hands over no more than 4 MiB at once, and the rest in further batches',
    run: (fixture) =>
      withTransports(fixture, 2, async (publisher, receiver) => {
        const sent = numbered(24).map(({ id }) => sized(id, 700_000));
        await makeKnown(receiver);
        await publish(publisher, sent);
        const batches: number[] = [];
        const receive = async (batch: readonly Envelope[]): Promise<unknown> => batches.push(batch.length);
        const { ids } = await consume(receiver, { receive });
        await eventually(() => same(ids, idsOf(sent)));
        const most = Math.floor(limits.batchBytes / 700_000);
        assert.ok(Math.max(...batches) <= most, `a batch had ${Math.max(...batches)} messages of 700,000 bytes`);
      }),
  },
  {
    id: 'foreign-texts',
    behaviour: 'hands over text that is not an envelope as it is, and continues after it',
    needs: ['foreign'],
    run: (fixture) =>
      withTransports(fixture, 2, async (publisher, receiver) => {
        await publisher.check();
        const { all } = await receiveAll(receiver);
        for (const [n, text] of hostile.entries()) {
          await write(fixture, text);
          await publish(publisher, [testEnvelope({ id: `m${n}` })]);
        }
        await eventually(() => assert.equal(all.length, 2 * hostile.length));
        same(textsReceived(all), hostile);
        same(idsReceived(all), idsOf(numbered(hostile.length)));
      }),
  },
  {
    id: 'foreign-too-large',
    behaviour: 'hands over the size and the beginning of a message that is too large, consistently',
    needs: ['foreign'],
    run: (fixture) =>
      withTransports(fixture, 3, async (publisher, receiver, other) => {
        await publisher.check();
        await makeKnown(receiver);
        await makeKnown(other, 'other');
        const texts = [6_000_000, limits.messageBytes + 1].map((bytes) => JSON.stringify(sized('large', bytes)));
        for (const text of [...texts, ...texts]) await write(fixture, text);
        await write(fixture, 'x'.repeat(5_000_000), 'test.other');
        await publish(publisher, [testEnvelope({ id: 'behind' })]);
        const [first, second] = [await receiveAll(receiver), await receiveAll(other, 'other')];
        for (const { all } of [first, second]) {
          await eventually(() => same(idsReceived(all).slice(-1), ['behind']));
        }
        const kept = textsReceived(first.all);
        assert.equal(new Set(kept).size, kept.length, 'two messages became the same');
        for (const [n, text] of kept.entries()) {
          assert.match(text, new RegExp(`\\b${Buffer.byteLength(texts[n % 2] ?? '')}\\b.*"specversion":"1.0"`));
          assert.ok(text.length < 2 * limits.keptBytes, 'more than the beginning is kept');
        }
        same(
          textsReceived(second.all).filter((text) => !kept.includes(text)),
          [],
        );
      }),
  },
];
