import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { Codec, encodeCommand, encodeEvent } from './codec.js';
import { MessageContext, contextKey } from './context.js';
import { contract } from './contract.js';
import type { Envelope } from './envelope.js';
import { command, event } from './declare.js';
import { type } from './schema.js';
import { testEnvelope } from '../../testing/envelopes.js';
import { AnywiseError } from '../errors/errors.js';

class Paid extends event('payments.paid', {
  version: 3,
  entityId: ({ orderId }) => orderId,
  data: z.object({ orderId: z.string(), amount: z.number(), currency: z.string() }),
  upcast: {
    1: ({ order }: { order: string }) => ({ orderId: order.trim(), amount: 1 }),
    2: (old: object) => ({ ...old, currency: 'EUR' }),
  },
}) {}
class Moved extends event('payments.moved', { version: 2, entityId: () => 'x', data: z.object({}) }) {}

const Tenant = contextKey<{ readonly name: string }>('tenant', { header: 'tenant' });
const Secret = contextKey<string>('secret');
const codec = new Codec([contract('payments', { Paid, Moved })], [Tenant, Secret]);

function paid(schemaversion: number, data: unknown): Envelope {
  return testEnvelope({ id: 'e1', type: 'payments.paid', schemaversion, data, subject: 'o1', source: '/payments' });
}

describe('an event', () => {
  it('becomes a CloudEvent', () => {
    const context = new MessageContext({ event: { eventId: 'e1' }, correlationId: 'c1', causationId: 'm1' });
    const metadata = { eventId: 'e1', timestamp: '2026-01-01T00:00:00.000Z' };
    const message = new Paid({ orderId: 'o1', amount: 5, currency: 'EUR' }, metadata);
    expect(encodeEvent(message, context, '/payments')).toMatchInlineSnapshot(`
      {
        "causationid": "m1",
        "correlationid": "c1",
        "data": {
          "amount": 5,
          "currency": "EUR",
          "orderId": "o1",
        },
        "datacontenttype": "application/json",
        "id": "e1",
        "kind": "event",
        "schemaversion": 3,
        "source": "/payments",
        "specversion": "1.0",
        "subject": "o1",
        "time": "2026-01-01T00:00:00.000Z",
        "type": "payments.paid",
      }
    `);
  });

  it('lets context values with a header travel, and no others', () => {
    const context = new MessageContext({ entries: [Tenant({ name: 'acme' }), Secret('hush')] });
    const envelope = encodeEvent(new Moved({}), context, '/payments');
    expect(envelope).toMatchObject({ tenant: '{"name":"acme"}' });
    expect(JSON.stringify(envelope)).not.toContain('hush');
    expect(codec.entriesOf(envelope)).toEqual([Tenant({ name: 'acme' })]);
  });

  it('does not travel with two values in one header', () => {
    const Account = contextKey<string>('account', { header: 'tenant' });
    const parent = new MessageContext({ entries: [Tenant({ name: 'acme' })] });
    const context = new MessageContext({ parent, entries: [Account('a1')] });
    const encode = (): Envelope => encodeEvent(new Moved({}), context, '/payments');
    expect(encode).toThrowErrorMatchingInlineSnapshot(
      `"The context keys \`tenant\` and \`account\` of \`payments.moved\` both travel as \`tenant\`. Give one of them another header."`,
    );
    expect(encode).toThrow(expect.objectContaining({ code: 'INVALID_CONTRACT' }));
  });

  it('does not travel with a value that JSON cannot represent', () => {
    const Since = contextKey<unknown>('since', { header: 'since' });
    const encode = (value: unknown): Envelope =>
      encodeEvent(new Moved({}), new MessageContext({ entries: [Since(value)] }), '/payments');
    expect(() => encode({ at: new Date(0) })).toThrowErrorMatchingInlineSnapshot(
      `"The context value \`since.at\` of \`payments.moved\` is an instance of \`Date\`, which JSON cannot represent, so it cannot travel. Use JSON values, or a key without a header."`,
    );
    for (const value of [1n, new Map(), () => 1, NaN]) {
      expect(() => encode(value)).toThrow(expect.objectContaining({ code: 'INVALID_MESSAGE' }));
    }
    expect(encode(undefined)).not.toHaveProperty('since');
    expect(encode(null)).toMatchObject({ since: 'null' });
  });

  it('comes back as it was', () => {
    const message = new Paid({ orderId: 'o1', amount: 5, currency: 'EUR' });
    const envelope = JSON.parse(JSON.stringify(encodeEvent(message, new MessageContext(), message.source))) as Envelope;
    const read = codec.decode(envelope);
    expect(read).toBeInstanceOf(Paid);
    expect(read).toEqual(message);
    const { eventId, entityId, timestamp, source } = message;
    expect(read).toMatchObject({ eventId, entityId, timestamp, source });
  });
});

describe('reading', () => {
  it.each([
    { version: 1, data: { order: ' o1 ' } },
    { version: 2, data: { orderId: 'o1', amount: 1 } },
    { version: 3, data: { orderId: 'o1', amount: 1, currency: 'EUR' } },
  ])('brings version $version up to date', ({ version, data }) => {
    expect(codec.decode(paid(version, data))).toEqual({ orderId: 'o1', amount: 1, currency: 'EUR' });
  });

  it('asks to wait where the version is newer', () => {
    expect(() => codec.decode(paid(4, {}))).toThrowErrorMatchingInlineSnapshot(
      `"\`payments.paid\` came in version 4, but this process only knows versions up to 3. It waits for a newer version of this service."`,
    );
  });

  it('refuses an old version that has no upcast', () => {
    const old = testEnvelope({ type: 'payments.moved', schemaversion: 1 });
    expect(() => codec.decode(old)).toThrowErrorMatchingInlineSnapshot(
      `"\`payments.moved\` came in version 1, but its contract has no \`upcast\` from version 1. Add it, then replay."`,
    );
  });

  it('refuses what its upcast cannot read', () => {
    expect(() => codec.decode(paid(1, { order: 7 }))).toThrowErrorMatchingInlineSnapshot(`
      "The \`upcast\` of \`payments.paid\` from version 1 failed (order.trim is not a function). Correct it, then replay.
      Cause: order.trim is not a function"
    `);
  });

  it('refuses what its upcast made wrongly', () => {
    class Sized extends event('payments.sized', {
      version: 2,
      entityId: () => 'x',
      data: z.object({ size: z.number() }),
      upcast: { 1: (old: { readonly wrong: unknown }) => old.wrong },
    }) {}
    const reader = new Codec([contract('payments', { Sized })], []);
    const read = (wrong: unknown) => () =>
      reader.decode(testEnvelope({ type: 'payments.sized', schemaversion: 1, data: { wrong } }));
    expect(read({ size: 'XL' })).toThrowErrorMatchingInlineSnapshot(`
      "\`payments.sized\` came in version 1, and the result of its \`upcast\` does not fit version 2 (\`payments.sized\` got invalid data: \`size\`: Invalid input: expected number, received string). Correct it, then replay.
      Cause: \`payments.sized\` got invalid data: \`size\`: Invalid input: expected number, received string"
    `);
    expect(read(Promise.reject(new Error('late')))).toThrowErrorMatchingInlineSnapshot(
      `"The \`upcast\` of \`payments.sized\` from version 1 returned a promise. Make it synchronous, then replay."`,
    );
    for (const wrong of [undefined, null, 'text', [], { size: 1n }, Promise.resolve({ size: 1 })]) {
      expect(read(wrong)).toThrow(expect.objectContaining({ code: 'UNREADABLE_MESSAGE' }));
    }
    expect(read({ size: 1 })()).toEqual({ size: 1 });
  });

  it('brings an enqueued command up to date', () => {
    class Remind extends command('payments.remind', {
      version: 2,
      data: z.object({ first: z.string() }),
      upcast: { 1: ({ name }: { readonly name: string }) => ({ first: name }) },
    }) {}
    const reader = new Codec([contract('payments', { Remind })], []);
    const old = testEnvelope({ kind: 'command', type: 'payments.remind', schemaversion: 1, data: { name: 'Ada' } });
    expect(reader.decode(old)).toEqual(new Remind({ first: 'Ada' }));
  });

  it('refuses data that does not fit', () => {
    const unfit = paid(3, { orderId: 'o1', amount: 'much', currency: 'EUR' });
    expect(() => codec.decode(unfit)).toThrowErrorMatchingInlineSnapshot(
      `"\`payments.paid\` got invalid data: \`amount\`: Invalid input: expected number, received string"`,
    );
  });

  it('refuses a context value that is not JSON', () => {
    const envelope = { ...paid(3, {}), tenant: 'acme' };
    expect(() => codec.entriesOf(envelope)).toThrowErrorMatchingInlineSnapshot(`
      "\`payments.paid\` came with \`tenant\` for the context key \`tenant\`, which is not JSON: acme
      Cause: Unexpected token 'a', "acme" is not valid JSON"
    `);
  });

  it('asks to wait where the type is unknown', () => {
    const newer = testEnvelope({ type: 'payments.newer' });
    expect(() => codec.decode(newer)).toThrowErrorMatchingInlineSnapshot(
      `"No contract here has \`payments.newer\`. It waits for a version of this service that knows it."`,
    );
    expect(() => codec.decode(newer)).toThrow(expect.objectContaining({ code: 'UNKNOWN_MESSAGE', retryable: true }));
  });
});

describe('a command that is enqueued', () => {
  class Tag extends command('payments.tag', { data: type<{ readonly tags: unknown }>() }) {}
  const options = { source: '/payments', key: undefined, time: 0 };

  it('is JSON', () => {
    expect(encodeCommand(new Tag({ tags: ['a'] }), new MessageContext(), options)).toMatchObject({
      data: { tags: ['a'] },
    });
    expect(() =>
      encodeCommand(new Tag({ tags: new Set(['a']) }), new MessageContext(), options),
    ).toThrowErrorMatchingInlineSnapshot(
      `"\`payments.tag\` got invalid data: \`tags\`: is an instance of \`Set\`, which JSON cannot represent"`,
    );
  });
});

describe('any data of any version', () => {
  it('becomes a message of the current version, or an error of ours, and stays as it was', () => {
    const data = fc.oneof(
      fc.jsonValue({ maxDepth: 4 }),
      fc.record({ order: fc.string() }),
      fc.record({ orderId: fc.string(), amount: fc.integer(), currency: fc.string() }, { requiredKeys: ['orderId'] }),
    );
    const property = fc.property(fc.integer({ min: 1, max: 5 }), data, (version, value) => {
      const before = JSON.stringify(value);
      try {
        const { version: current } = codec.decode(paid(version, value)) as Paid;
        expect(current).toBe(3);
      } catch (error) {
        expect(AnywiseError.is(error)).toBe(true);
        const { retryable } = error as AnywiseError;
        expect(retryable).toBe(version > 3);
      }
      expect(JSON.stringify(value)).toBe(before);
    });
    fc.assert(property, { seed: 20_260_101, numRuns: 1_000, interruptAfterTimeLimit: 5_000 });
  });
});
