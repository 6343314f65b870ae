import assert from 'node:assert/strict';
import { limits } from '../../core/message/limits.js';
import type { Received } from '../../core/ports/transport.js';
import { testEnvelope } from '../envelopes.js';
import { eventually } from '../eventually.js';
import type { TransportCase } from '../transport-case.js';
import { needed, publish, withTransports } from './steps.js';

const { data: _data, datacontenttype: _type, ...plain } = testEnvelope({ id: 'strange' });
/** The attributes of an envelope, as text. */
const attributes = Object.fromEntries(Object.entries(plain).map(([name, value]) => [name, String(value)]));

const deep = 100_000;

interface Stranger {
  readonly id: string;
  readonly what: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** Messages of other programs that hold no envelope. */
const strangers: readonly Stranger[] = [
  { id: 'not-an-envelope', what: 'a message without any attribute', attributes: {}, body: '{"hello":"world"}' },
  { id: 'wrong-version', what: 'another version', attributes: { ...attributes, specversion: '9.9' }, body: '{}' },
  { id: 'not-utf8', what: 'a body that is not UTF-8', body: Uint8Array.of(0x22, 0xff, 0xfe, 0x22) },
  { id: 'deep', what: 'a body too deep to be read', body: `${'['.repeat(deep)}${']'.repeat(deep)}` },
  { id: 'huge', what: 'a body that is too large', body: JSON.stringify('x'.repeat(limits.messageBytes + 1)) },
];

/** Receives one message of a stranger, and that the next one arrives. */
function caseOf({ id, what, attributes: given = attributes, body }: Stranger): TransportCase {
  return {
    id: `stranger-${id}`,
    behaviour: `hands over ${what} as unreadable, with the reason, and continues after it`,
    needs: ['stranger'],
    run: (fixture) =>
      withTransports(fixture, 2, async (publisher, receiver) => {
        await publisher.check();
        const all: Received[] = [];
        const options = { consumer: 'consumer', types: ['test.happened'], onError: () => undefined };
        await receiver.subscribe(options, async (batch) => void all.push(...batch));
        const message = { type: 'test.happened', kind: 'event', attributes: given, body: Buffer.from(body) };
        await needed(fixture, 'stranger')(message);
        await publish(publisher, [testEnvelope({ id: 'next' })]);
        await eventually(() => assert.equal(all.length, 2));
        const [strange, next] = all;
        assert.ok(strange !== undefined && 'unreadable' in strange, 'it counts as readable');
        assert.ok(strange.reason.length > 0);
        assert.ok(next !== undefined && 'envelope' in next && next.envelope.id === 'next');
      }),
  };
}

/** What other programs put where consumers read. */
export const strangerCases: readonly TransportCase[] = [
  ...strangers.map(caseOf),
  {
    id: 'stranger-proto',
    behaviour: 'takes an attribute named `__proto__` for nothing',
    needs: ['stranger'],
    run: (fixture) =>
      withTransports(fixture, 2, async (publisher, receiver) => {
        await publisher.check();
        const all: Received[] = [];
        const options = { consumer: 'consumer', types: ['test.happened'], onError: () => undefined };
        await receiver.subscribe(options, async (batch) => void all.push(...batch));
        const evil = Object.fromEntries([...Object.entries(attributes), ['__proto__', 'evil']]);
        await needed(
          fixture,
          'stranger',
        )({
          type: 'test.happened',
          kind: 'event',
          attributes: evil,
          body: Buffer.from('{"__proto__":{"evil":true}}'),
        });
        await publish(publisher, [testEnvelope({ id: 'next' })]);
        await eventually(() => assert.equal(all.length, 2));
        const [received] = all;
        if (received !== undefined && 'envelope' in received) {
          assert.equal(Object.getPrototypeOf(received.envelope), Object.prototype);
          assert.ok(!('evil' in received.envelope));
        }
        assert.ok(!('evil' in {}));
      }),
  },
];
