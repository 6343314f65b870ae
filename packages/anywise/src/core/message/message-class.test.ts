import { describe, expect, it } from '@jest/globals';
import { type as ark } from 'arktype';
import { z } from 'zod';
import { issuePath, type InvalidMessageError } from '../errors/errors.js';
import { command, event } from './declare.js';
import { Command, declarationOf, definitionOf } from './message.js';
import { type } from './schema.js';

const data = z.object({ amount: z.int(), currency: z.string() });
const entityId = (): string => 'e';
const valid = { amount: 1, currency: 'EUR' };

function caught(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

/** The fields that an invalid message is refused for. */
function refusedFields(run: () => unknown): string[] {
  const error = caught(run);
  expect(error).toMatchObject({ code: 'INVALID_MESSAGE' });
  return (error as InvalidMessageError).issues.map(issuePath);
}

describe('the class of a message', () => {
  it('may have getters and methods', () => {
    class Pay extends command('shop.pay', { data }) {
      readonly #free: number = 0;

      get label(): string {
        return `${this.amount} ${this.currency}`;
      }

      isFree(): boolean {
        return this.amount === this.#free;
      }
    }
    const pay = new Pay(valid);
    expect([pay.label, pay.isFree()]).toEqual(['1 EUR', false]);
    expect(pay).toEqual(valid);
    expect(Object.isFrozen(pay)).toBe(true);
  });

  it('may narrow the type of a field', () => {
    class Pay extends command('shop.pay', { data }) {
      declare readonly currency: 'EUR';
    }
    expect(new Pay(valid).currency).toBe('EUR');
  });

  it('may have a constructor that makes the data', () => {
    class Pay extends command('shop.pay', { data }) {
      readonly #parts: number;

      constructor(input: { readonly amount: number; readonly currency?: string }) {
        super({ ...input, currency: input.currency ?? 'EUR' });
        this.#parts = 1;
      }

      get parts(): number {
        return this.#parts;
      }
    }
    expect(new Pay({ amount: 1 })).toEqual(valid);
    expect(Pay.parse({ amount: 1 })).toBeInstanceOf(Pay);
  });

  it('has no fields, and says what to do instead, each time', () => {
    class Pay extends command('shop.pay', { data }) {
      readonly note = 'n';
      override amount = 2;
    }
    expect(() => new Pay(valid)).toThrowErrorMatchingInlineSnapshot(`
      "The message class \`Pay\` has 2 problems:
        - it adds the field \`note\`, but a message holds only its data; declare the field in \`data\`, make it a getter, or put \`declare\` before it if it only narrows a type
        - it adds the field \`amount\`, but a message holds only its data; declare the field in \`data\`, make it a getter, or put \`declare\` before it if it only narrows a type"
    `);
    for (const make of [() => new Pay(valid), () => Pay.parse(valid)]) {
      expect(caught(make)).toMatchObject({ name: 'SetupError', code: 'INVALID_CONTRACT' });
    }
  });

  it('has no fields where the one that it extends has none', () => {
    class Pay extends command('shop.pay', { data }) {}
    class PayLater extends Pay {
      readonly days = 30;
    }
    expect(new Pay(valid)).toEqual(valid);
    expect(() => new PayLater(valid)).toThrow(expect.objectContaining({ code: 'INVALID_CONTRACT' }));
    expect(new Pay(valid)).toEqual(valid);
  });

  it('is looked at without its data, and that fails quietly', () => {
    class Pay extends command('shop.pay', { data }) {
      readonly #label = this.currency.toLowerCase();

      get label(): string {
        return this.#label;
      }
    }
    expect(new Pay(valid).label).toBe('eur');
  });
});

describe('a class that extends a message', () => {
  class Pay extends command('shop.pay', { data }) {}
  class PayNow extends Pay {
    get isFree(): boolean {
      return this.amount === 0;
    }
  }

  it('is that message', () => {
    const now = new PayNow(valid);
    expect(now).toBeInstanceOf(Pay);
    expect(now.isFree).toBe(false);
    expect(definitionOf(now)).toBe(definitionOf(new Pay(valid)));
    expect(declarationOf(PayNow)).toBe(declarationOf(Pay));
  });
});

describe('a field of the data', () => {
  const loose = z.looseObject({ id: z.string() });
  class Put extends command('shop.put', { data: loose }) {
    get label(): string {
      return this.id;
    }
  }
  class PutWithMethod extends command('shop.put-with-method', { data: loose }) {
    describe(): string {
      return this.id;
    }
  }
  class Came extends event('shop.came', { data: loose, entityId }) {}
  class Bare extends command('shop.bare', { data: type<{ readonly id: string }>() }) {}

  it('cannot have the name of something else that the message has', () => {
    expect(() => Put.parse({ id: '1', type: 'x' })).toThrowErrorMatchingInlineSnapshot(
      `"\`shop.put\` got invalid data: \`type\`: is the name of a member of the message class"`,
    );
    expect(refusedFields(() => Put.parse({ type: 'x', id: '1', label: 'l' }))).toEqual(['type', 'label']);
    expect(refusedFields(() => PutWithMethod.parse({ id: '1', describe: 'd' }))).toEqual(['describe']);
    const metadata = { eventId: 'e', entityId: 'e', timestamp: 't', source: 's', version: 1, type: 't' };
    expect(refusedFields(() => Came.parse({ id: '1', ...metadata }))).toEqual(Object.keys(metadata));
  });

  it('cannot make a prototype of anything', () => {
    const json = '{"id":"1","__proto__":{"admin":true}}';
    for (const make of [() => Bare.parse(JSON.parse(json)), () => new Bare(JSON.parse(json) as { id: string })]) {
      expect(refusedFields(make)).toEqual(['__proto__']);
    }
    expect(new Came({ id: '1', more: JSON.parse('{"__proto__":{"admin":true}}') as unknown })).not.toHaveProperty(
      'more.admin',
      true,
    );
  });

  it('cannot make a promise of the message', async () => {
    const then = (resolve: (value: string) => void): void => resolve('never');
    expect(refusedFields(() => Put.parse({ id: '1', then }))).toEqual(['then']);
    const rule = Put.parse({ id: '1', then: 'pay' });
    await expect(Promise.resolve(rule)).resolves.toBe(rule);
  });

  it.each(['constructor', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__'])(
    'cannot be called `%s`, which every object has',
    (name) => {
      expect(refusedFields(() => Put.parse({ id: '1', [name]: 'x' }))).toEqual([name]);
      expect(refusedFields(() => Came.parse({ id: '1', [name]: 'x' }))).toEqual([name]);
    },
  );

  it('cannot have the name of a member of a group, nor call a setter', () => {
    abstract class Labelled extends Command {
      override toString(): string {
        return this.type;
      }
    }
    class PutLabel extends command('shop.put-label', { base: Labelled, data: loose }) {
      set label(_label: string) {
        throw new Error('called');
      }
    }
    expect(refusedFields(() => PutLabel.parse({ id: '1', label: 'l', toString: 't' }))).toEqual(['label', 'toString']);
    expect(String(PutLabel.parse({ id: '1', more: 'm' }))).toBe('shop.put-label');
  });

  it.each(['toJSON', 'kind', '~reply', 'parse', 'then', 'name', 'length'])('may be called `%s`', (name) => {
    const put = Put.parse({ id: '1', [name]: 'x' });
    expect(Object.entries(put)).toEqual([
      ['id', '1'],
      [name, 'x'],
    ]);
    expect(put.type).toBe('shop.put');
    expect(definitionOf(put)).toBe(declarationOf(Put));
    expect(Object.entries(Came.parse({ id: '1', [name]: 'x' }))).toEqual(Object.entries(put));
  });
});

describe('the data of a message', () => {
  class Anything extends command('shop.anything', { data: type<object>() }) {}
  class Happened extends event('shop.happened', { data: type<object>(), entityId }) {}

  it.each([[[1]], [[]], [new Map([[1, 2]])], [new Set([1])], [new Date(0)], ['text'], [''], [null], [1], [true]])(
    'cannot be %p',
    (value) => {
      expect(refusedFields(() => Anything.parse(value))).toEqual(['']);
      expect(refusedFields(() => Happened.parse(value))).toEqual(['']);
    },
  );

  it('may be empty, and an instance of a class whose fields are copied', () => {
    class Order {
      readonly id = 'o';
    }
    expect(new Anything({})).toEqual({});
    expect(Object.entries(new Anything(new Order()))).toEqual([['id', 'o']]);
    class Placed extends event('shop.placed', { data: ark({ id: 'string' }), entityId }) {}
    expect(Object.entries(new Placed(new Order()))).toEqual([['id', 'o']]);
  });

  it('may be anything in a command, which can stay in the process', () => {
    const tags = new Set(['a']);
    class Tag extends command('shop.tag', { data: z.object({ tags: z.set(z.string()), at: z.date() }) }) {}
    expect(new Tag({ tags, at: new Date(0) }).tags).toEqual(tags);
  });

  it('is JSON in an event', () => {
    expect(() => new Happened({ at: new Date(0), lines: [{ price: 1n }] })).toThrowErrorMatchingInlineSnapshot(
      `"\`shop.happened\` got invalid data: \`at\`: is an instance of \`Date\`, which JSON cannot represent; \`lines.0.price\`: is a bigint, which JSON cannot represent"`,
    );
    expect(new Happened({ a: [1, { b: null }], c: undefined })).toEqual({ a: [1, { b: null }], c: undefined });
    expect(refusedFields(() => Happened.parse({ type: 1, at: new Date(0) }))).toEqual(['type', 'at']);
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`f${index}`, 1n]));
    expect(refusedFields(() => new Happened(many))).toHaveLength(50);
  });
});

describe('an entity id', () => {
  it('is text', () => {
    class Happened extends event('shop.happened', { data, entityId: ({ amount }) => amount as unknown as string }) {}
    expect(() => new Happened(valid).entityId).toThrowErrorMatchingInlineSnapshot(
      `"\`shop.happened\` got invalid data: \`entityId\`: is 1, but must be a string"`,
    );
  });
});

describe('what is not a message', () => {
  it.each([undefined, null, {}, { type: 'shop.pay' }, 'shop.pay', Command.prototype])(
    'has no definition: %p',
    (value) => {
      expect(declarationOf(value)).toBeUndefined();
      expect(() => definitionOf(value as object)).toThrow(expect.objectContaining({ code: 'INVALID_MESSAGE' }));
    },
  );
});
