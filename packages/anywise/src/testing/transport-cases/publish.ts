import assert from 'node:assert/strict';
import type { Envelope } from '../../core/message/envelope.js';
import { testEnvelope } from '../envelopes.js';
import { eventually } from '../eventually.js';
import { same } from '../same.js';
import type { TransportCase } from '../transport-case.js';
import { consume, idsOf, numbered, publish, sameOnce, withTransports } from './steps.js';

/** Published messages arrive, unchanged and once. */
export const publishCases: readonly TransportCase[] = [
  {
    id: 'check',
    behaviour: 'reports that it can be used',
    run: (fixture) => withTransports(fixture, 1, async (transport) => transport.check()),
  },
  {
    id: 'publish-subscribe',
    behaviour: 'delivers every envelope to the consumer, unchanged and once',
    run: (fixture) =>
      withTransports(fixture, 2, async (publisher, receiver) => {
        const received: Envelope[] = [];
        await consume(receiver, { receive: async (batch) => received.push(...batch) });
        const sent = numbered(100, (n) => ({ subject: `entity-${n}`, data: { n, text: 'žluť \u0000 🚀 "quoted"' } }));
        await publish(publisher, sent);
        await eventually(() => assert.equal(received.length >= 100, true));
        const inOrder = [...received].sort((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)));
        same(inOrder, sent);
      }),
  },
  {
    id: 'attributes',
    behaviour: 'delivers every attribute of an envelope, including unknown ones, and no others',
    run: (fixture) =>
      withTransports(fixture, 2, async (publisher, receiver) => {
        const received: Envelope[] = [];
        await consume(receiver, { receive: async (batch) => received.push(...batch) });
        const all = {
          ...testEnvelope({
            id: 'all',
            kind: 'command',
            schemaversion: 3,
            subject: 'žluť/🚀 "1"',
            partitionkey: 'p 1',
          }),
          causationid: 'cause',
          traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
          idempotencykey: 'key-žluť',
          expirytime: '2030-01-01T00:00:00.000Z',
          tenant: 'blue, green; "quoted" žluť',
        };
        const few = testEnvelope({ id: 'few', data: null });
        await publish(publisher, [all, few]);
        await eventually(() => assert.equal(received.length, 2));
        same(received, [all, few]);
      }),
  },
  {
    id: 'data',
    behaviour: 'delivers data of every JSON type',
    run: (fixture) =>
      withTransports(fixture, 2, async (publisher, receiver) => {
        const values = [null, true, 0, -1.5e-9, 9_007_199_254_740_991, '', ' ', [], {}, [[null]], { '': { a: [1] } }];
        const received: Envelope[] = [];
        await consume(receiver, { receive: async (batch) => received.push(...batch) });
        await publish(
          publisher,
          numbered(values.length, (n) => ({ data: values[n], subject: 'one' })),
        );
        await eventually(() => assert.equal(received.length, values.length));
        for (const { id, data } of received) same([id, data], [id, values[Number(id.slice(1))]]);
      }),
  },
  {
    id: 'large',
    behaviour: 'delivers an envelope of a quarter of a megabyte',
    run: (fixture) =>
      withTransports(fixture, 2, async (publisher, receiver) => {
        const received: Envelope[] = [];
        await consume(receiver, { receive: async (batch) => received.push(...batch) });
        const large = testEnvelope({ data: { text: '0123456789abcdef'.repeat(16_384) } });
        await publish(publisher, [large]);
        await eventually(() => assert.equal(received.length, 1));
        same(received, [large]);
      }),
  },
  {
    id: 'publish-nothing',
    behaviour: 'accepts an empty list',
    run: (fixture) => withTransports(fixture, 1, async (publisher) => publish(publisher, [])),
  },
  {
    id: 'publish-partly',
    behaviour:
      'publishes the rest of a call when one message can never be sent, and holds back the later ones with its key',
    run: (fixture) =>
      withTransports(fixture, 2, async (publisher, receiver) => {
        const { ids } = await consume(receiver);
        const of = (id: string, subject: string, data: unknown = {}): Envelope => testEnvelope({ id, subject, data });
        const results = await publisher.publish([
          of('a1', 'a'),
          of('never', 'b', { notJson: 1n }),
          of('b2', 'b'),
          of('a2', 'a'),
          testEnvelope({ id: 'without-key' }),
        ]);
        same(
          results.map((failure) => failure?.permanent ?? 'confirmed'),
          ['confirmed', true, false, 'confirmed', 'confirmed'],
        );
        await eventually(() => sameOnce(ids, ['a1', 'a2', 'without-key']));
      }),
  },
  {
    id: 'two-sources',
    behaviour: 'delivers the messages of two sources that have one id',
    run: (fixture) =>
      withTransports(fixture, 2, async (publisher, receiver) => {
        const sources: string[] = [];
        await consume(receiver, { receive: async (batch) => sources.push(...batch.map(({ source }) => source)) });
        await publish(
          publisher,
          ['/one', '/other'].map((source) => testEnvelope({ id: 'same', source })),
        );
        await eventually(() => same([...sources].sort(), ['/one', '/other']));
      }),
  },
  {
    id: 'event-unheard',
    behaviour: 'confirms an event that has no listener',
    run: (fixture) =>
      withTransports(fixture, 1, async (publisher) => publish(publisher, [testEnvelope({ type: 'test.unheard' })])),
  },
  {
    id: 'command-waits',
    behaviour: 'keeps a command for its owner, even if that has never run',
    run: (fixture) =>
      withTransports(fixture, 2, async (publisher, owner) => {
        const sent = numbered(3, () => ({ type: 'owner.do', kind: 'command' }));
        await publish(publisher, sent);
        const { ids } = await consume(owner, { consumer: 'owner', types: ['owner.do'] });
        await eventually(() => sameOnce(ids, idsOf(sent)));
      }),
  },
  {
    id: 'publish-parallel',
    behaviour: 'accepts concurrent calls from many publishers, and delivers each envelope once',
    run: (fixture) =>
      withTransports(fixture, 6, async (receiver, ...publishers) => {
        const { ids } = await consume(receiver);
        const sent = numbered(1_000, (n) => ({ subject: `entity-${n % 50}` }));
        const part = sent.length / publishers.length;
        await Promise.all(
          publishers.flatMap((publisher, p) => {
            const own = sent.slice(p * part, (p + 1) * part);
            return Array.from({ length: 20 }, (_, call) => publish(publisher, own.slice(call * 10, call * 10 + 10)));
          }),
        );
        await eventually(() => assert.equal(ids.length >= sent.length, true));
        sameOnce(ids, idsOf(sent));
      }),
  },
  {
    id: 'publisher-closed',
    behaviour: 'keeps what was confirmed when its publisher is closed right after',
    run: (fixture) =>
      withTransports(fixture, 2, async (publisher, receiver) => {
        const { ids } = await consume(receiver);
        const sent = numbered(500);
        await Promise.all(
          Array.from({ length: 50 }, (_, call) => publish(publisher, sent.slice(call * 10, call * 10 + 10))),
        );
        await publisher.close();
        await eventually(() => assert.equal(ids.length >= sent.length, true));
        sameOnce(ids, idsOf(sent));
      }),
  },
];
