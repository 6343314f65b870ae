import { describe, expect, it } from '@jest/globals';
import { type as ark } from 'arktype';
import * as v from 'valibot';
import { z } from 'zod';
import { AnywiseError, InvalidMessageError, issuePath } from '../errors/errors.js';
import { command } from './declare.js';
import type { StandardSchema } from './schema.js';

/** What each library declares here: an order with a customer, lines and a currency that has a default. */
interface Order {
  readonly customer: { readonly name: string };
  readonly lines: readonly { readonly price: number }[];
  readonly currency: string;
}

type OrderInput = Omit<Order, 'currency'> & { readonly currency?: string | undefined };

interface Library {
  readonly name: string;
  readonly order: StandardSchema<OrderInput, Order>;
  readonly asynchronous: StandardSchema<{ text: string }> | undefined;
}

async function isNotTaken(text: string): Promise<boolean> {
  return text !== 'taken';
}

const libraries: readonly Library[] = [
  {
    name: 'zod',
    order: z.object({
      customer: z.object({ name: z.string().min(1) }),
      lines: z.array(z.object({ price: z.number() })),
      currency: z.string().default('EUR'),
    }),
    asynchronous: z.object({ text: z.string().refine(isNotTaken) }),
  },
  {
    name: 'valibot',
    order: v.object({
      customer: v.object({ name: v.pipe(v.string(), v.minLength(1)) }),
      lines: v.array(v.object({ price: v.number() })),
      currency: v.optional(v.string(), 'EUR'),
    }),
    asynchronous: v.objectAsync({ text: v.pipeAsync(v.string(), v.checkAsync(isNotTaken)) }),
  },
  {
    name: 'arktype',
    order: ark({
      customer: { name: 'string > 0' },
      lines: ark({ price: 'number' }).array(),
      currency: "string = 'EUR'",
    }),
    // Its schemas are never asynchronous.
    asynchronous: undefined,
  },
];

const valid: OrderInput = { customer: { name: 'Ada' }, lines: [{ price: 1 }, { price: 2 }] };

function caught(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

describe.each(libraries)('a message with a schema of $name', ({ order }) => {
  class PlaceOrder extends command('orders.place-order', { data: order, reply: order }) {}

  it('takes valid data, nested too, and applies defaults', () => {
    expect(new PlaceOrder(valid)).toEqual({ ...valid, currency: 'EUR' });
    expect(new PlaceOrder({ ...valid, currency: 'CHF' }).currency).toBe('CHF');
  });

  it('takes its own data again, as JSON brings it', () => {
    const first = new PlaceOrder(valid);
    expect(PlaceOrder.parse(JSON.parse(JSON.stringify(first)))).toEqual(first);
  });

  it.each([
    {
      what: 'a field deep below',
      data: { ...valid, lines: [{ price: 1 }, { price: 'free' }] },
      paths: ['lines.1.price'],
    },
    { what: 'a field that is missing', data: { lines: [], customer: {} }, paths: ['customer.name'] },
    { what: 'a rule', data: { ...valid, customer: { name: '' } }, paths: ['customer.name'] },
    { what: 'the whole', data: 'an order', paths: [''] },
    { what: 'nothing at all', data: null, paths: [''] },
    {
      what: 'several fields',
      data: { customer: { name: 7 }, lines: 'none', currency: 1 },
      paths: ['currency', 'customer.name', 'lines'],
    },
  ])('names what fails: $what', ({ data, paths }) => {
    const error = caught(() => PlaceOrder.parse(data));
    expect(error).toBeInstanceOf(InvalidMessageError);
    const { issues } = error as InvalidMessageError;
    expect([...new Set(issues.map(issuePath))].sort()).toEqual(paths);
    for (const { message } of issues) expect(message).not.toBe('');
  });

  it('does not let its caller change what it has taken', () => {
    const data = { ...valid };
    const message = new PlaceOrder(data);
    data.customer = { name: 'Eve' };
    expect(message.customer.name).toBe('Ada');
  });
});

describe.each(libraries.filter(({ asynchronous }) => asynchronous !== undefined))(
  'an asynchronous schema of $name',
  ({ asynchronous }) => {
    const data = asynchronous as StandardSchema<{ text: string }>;
    class Rename extends command('users.rename', { data }) {}

    it.each(['free', 'taken'])('is refused, with an error that says what to do (%s)', (text) => {
      const error = caught(() => new Rename({ text }));
      expect(error).toBeInstanceOf(AnywiseError);
      expect(error).toMatchObject({ code: 'INVALID_CONTRACT' });
      expect((error as Error).message).toMatchInlineSnapshot(
        `"The schema of \`users.rename\` is asynchronous. Use one that validates synchronously, and check the rest in the handler."`,
      );
    });
  },
);
