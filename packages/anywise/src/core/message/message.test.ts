import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { Command, Event, Query, definitionOf, isMessageClass, sliceOf } from './message.js';
import { command, event, query } from './declare.js';
import type { StandardSchema } from './schema.js';

abstract class PaymentCommand extends Command {}
class CreatePayment extends command('payments.create-payment', {
  base: PaymentCommand,
  data: z.object({
    orderId: z.string().min(1),
    amount: z.number().int().positive(),
    currency: z.string().default('EUR'),
  }),
  reply: z.object({ paymentId: z.string() }),
}) {}
class Ping extends query('payments.ping') {}
class PaymentCreated extends event('payments.payment-created', {
  version: 2,
  entityId: ({ orderId }) => orderId,
  data: z.object({ orderId: z.string(), amount: z.number() }),
  upcast: { 1: (old: object) => ({ ...old, amount: 0 }) },
}) {}

describe('a message', () => {
  it('has its data as fields, with the defaults of its schema', () => {
    expect(new CreatePayment({ orderId: 'o1', amount: 1 })).toEqual({
      orderId: 'o1',
      amount: 1,
      currency: 'EUR',
    });
  });

  it('names each field that does not fit', () => {
    expect(() => CreatePayment.parse({ orderId: '', amount: 1.5 })).toThrowErrorMatchingInlineSnapshot(
      `"\`payments.create-payment\` got invalid data: \`orderId\`: Too small: expected string to have >=1 characters; \`amount\`: Invalid input: expected int, received number"`,
    );
    expect(() => CreatePayment.parse({ orderId: '', amount: 1.5 })).toThrow(
      expect.objectContaining({ code: 'INVALID_MESSAGE', messageType: 'payments.create-payment' }),
    );
  });

  it.each([null, undefined, 'text', 7, []])('refuses %p at the edge', (data) => {
    expect(() => PaymentCreated.parse(data)).toThrow(expect.objectContaining({ code: 'INVALID_MESSAGE' }));
  });

  it('drops what its schema does not know', () => {
    expect(CreatePayment.parse({ orderId: 'o1', amount: 1, role: 'admin' })).not.toHaveProperty('role');
  });

  it('cannot be changed', () => {
    const message = new CreatePayment({ orderId: 'o1', amount: 1 });
    expect(() => Object.assign(message, { amount: 2 })).toThrow(TypeError);
  });

  it('extends its group, and what all messages of its kind extend', () => {
    const message = new CreatePayment({ orderId: 'o1', amount: 1 });
    expect([PaymentCommand, Command, Query, Event].map((group) => message instanceof group)).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect([Query, Command].map((group) => new Ping() instanceof group)).toEqual([true, true]);
  });

  it('knows its wire name and what was declared of it', () => {
    const message = new CreatePayment({ orderId: 'o1', amount: 1 });
    expect(message.type).toBe('payments.create-payment');
    const { kind, version } = definitionOf(message);
    expect({ kind, version }).toEqual({ kind: 'command', version: 1 });
    expect(Object.keys(message)).not.toContain('type');
  });

  it('can do without data', () => {
    expect(new Ping()).toEqual({});
    expect(Ping.parse({ anything: 1 })).toBeInstanceOf(Ping);
  });

  it('needs a schema that validates synchronously', () => {
    const asynchronous: StandardSchema<object> = {
      '~standard': { version: 1, vendor: 'test', validate: () => Promise.reject(new Error('this goes unheard')) },
    };
    class Late extends command('test.late', { data: asynchronous }) {}
    expect(() => new Late({})).toThrowErrorMatchingInlineSnapshot(
      `"The schema of \`test.late\` is asynchronous. Use one that validates synchronously, and check the rest in the handler."`,
    );
  });
});

describe('a message whose schema lets undeclared fields pass', () => {
  class Import extends command('data.import', { data: z.looseObject({ file: z.string() }) }) {
    describe(): string {
      return this.file;
    }
  }
  class ImportAll extends Import {
    get isLarge(): boolean {
      return this.file !== '';
    }
  }
  class Imported extends event('data.imported', { data: z.looseObject({}), entityId: () => '1' }) {}

  it('has them as its own', () => {
    expect(Import.parse({ file: 'a.csv', then: 1, size: 2, isLarge: false })).toEqual({
      file: 'a.csv',
      then: 1,
      size: 2,
      isLarge: false,
    });
  });

  it('refuses those that would replace its members, and names each', () => {
    const data = { file: 'a.csv', type: 'x', constructor: {}, describe: 'x' };
    expect(() => Import.parse(data)).toThrowErrorMatchingInlineSnapshot(
      `"\`data.import\` got invalid data: \`type\`: is the name of a member of the message class; \`constructor\`: is the name of a member of the message class; \`describe\`: is the name of a member of the message class"`,
    );
    expect(() => Imported.parse({ eventId: 'x', entityId: 'x' })).toThrow(/`eventId`.*`entityId`/);
  });

  it('knows the members of a class below it', () => {
    Import.parse({ file: 'a.csv', isLarge: false });
    expect(() => ImportAll.parse({ file: 'a.csv', isLarge: false })).toThrow('`isLarge`');
    expect(Import.parse({ file: 'a.csv', isLarge: false })).toMatchObject({ isLarge: false });
  });
});

describe('an event', () => {
  it('has metadata that equality, spread and JSON do not see', () => {
    const created = new PaymentCreated({ orderId: 'o1', amount: 1 });
    expect(created).toEqual(new PaymentCreated({ orderId: 'o1', amount: 1 }));
    expect(JSON.parse(JSON.stringify(created))).toEqual({ orderId: 'o1', amount: 1 });
    expect(created).toMatchObject({
      entityId: 'o1',
      source: '/payments',
      version: 2,
      type: 'payments.payment-created',
    });
    expect(created.timestamp).toBe(new Date(created.timestamp).toISOString());
  });

  it('keeps its id, and shares it with no other', () => {
    const created = new PaymentCreated({ orderId: 'o1', amount: 1 });
    expect(created.eventId).toBe(created.eventId);
    expect(created.eventId).not.toBe(new PaymentCreated({ orderId: 'o1', amount: 1 }).eventId);
  });

  it('takes the metadata that it is given', () => {
    const metadata = { eventId: 'e1', entityId: 'x', timestamp: '2026-01-01T00:00:00.000Z', source: '/test' };
    expect(new PaymentCreated({ orderId: 'o1', amount: 1 }, metadata)).toMatchObject(metadata);
    expect(PaymentCreated.parse({ orderId: 'o1', amount: 1 }, metadata)).toMatchObject(metadata);
  });

  it('shows its metadata where it is printed', () => {
    const metadata = { eventId: 'e1', timestamp: '2026-01-01T00:00:00.000Z' };
    expect(inspect(new PaymentCreated({ orderId: 'o1', amount: 1 }, metadata))).toMatchInlineSnapshot(`
      "{
        'payments.payment-created': { orderId: 'o1', amount: 1 },
        metadata: {
          eventId: 'e1',
          entityId: 'o1',
          timestamp: '2026-01-01T00:00:00.000Z',
          source: '/payments',
          version: 2
        }
      }"
    `);
  });
});

describe('declaring a message', () => {
  it.each([
    'payments',
    'Payments.create',
    'payments.CreatePayment',
    'payments.create.payment',
    'payments.',
    '.create',
    'a b.c',
  ])('refuses the wire name `%s`', (type) => {
    expect(() => command(type)).toThrow(expect.objectContaining({ code: 'INVALID_CONTRACT' }));
  });

  it('says everything that is wrong', () => {
    const data = z.object({});
    const entityId = (): string => '';
    expect(() => event('Paid', { version: 3, data, entityId, upcast: { 2: () => ({}) } }))
      .toThrowErrorMatchingInlineSnapshot(`
      "The event \`Paid\` has 2 problems:
        - its wire name must look like \`slice.kebab-name\`
        - \`upcast\` lacks the step from version 1 to 2"
    `);
    expect(() => event('payments.paid', { version: 0, data, entityId })).toThrowErrorMatchingInlineSnapshot(
      `"The event \`payments.paid\`: \`version\` is 0, but must be a whole number from 1 to 1000"`,
    );
  });

  it('tells message classes from groups', () => {
    expect([CreatePayment, PaymentCreated, Ping].every(isMessageClass)).toBe(true);
    expect([PaymentCommand, Command, Event, undefined, {}].some(isMessageClass)).toBe(false);
  });

  it('gives a message to the slice before the dot', () => {
    expect(sliceOf('payments.create-payment')).toBe('payments');
  });
});
