import { describe, expect, it } from '@jest/globals';
import { createContext, runInContext } from 'node:vm';
import { describeValue, isPlainArray, isPlainObject } from './describe.js';

class Order {}
class Orders extends Array<Order> {}
const elsewhere = runInContext('({ object: {}, list: [] })', createContext()) as { object: object; list: object };
const unreadable = new Proxy(
  {},
  {
    getPrototypeOf: () => {
      throw new Error('no');
    },
  },
);

describe('a value in words', () => {
  it.each<[unknown, string]>([
    [undefined, 'undefined'],
    [null, 'null'],
    ['a "text"', '"a \\"text\\""'],
    ['x'.repeat(100), `"${'x'.repeat(80)}…"`],
    [-0, '-0'],
    [NaN, 'NaN'],
    [true, 'true'],
    [1n, 'a bigint'],
    [Symbol('s'), 'a symbol'],
    [Order, 'the class `Order`'],
    [class {}, 'a class'],
    [describeValue, 'the function `describeValue`'],
    [() => undefined, 'a function'],
    [[1], 'an array'],
    [{ a: 1 }, 'an object'],
    [Object.create(null), 'an object'],
    [new Order(), 'an instance of `Order`'],
    [new Orders(), 'an instance of `Orders`'],
    [new Map(), 'an instance of `Map`'],
    [Object.create(Object.create({ constructor: 1 }) as object), 'an object of some class'],
  ])('%p is %s', (value, text) => {
    expect(describeValue(value)).toBe(text);
  });

  it('is found without throwing', () => {
    expect(describeValue(unreadable)).toBe('an unreadable object');
  });
});

describe('what JSON brings', () => {
  it('is told from instances of classes, whichever realm it is of', () => {
    expect([{}, Object.create(null) as object, elsewhere.object].map(isPlainObject)).toEqual([true, true, true]);
    expect([[], new Order(), new Map(), elsewhere.list].map(isPlainObject)).toEqual([false, false, false, false]);
    expect([[], elsewhere.list].map(isPlainArray)).toEqual([true, true]);
    expect([{}, new Orders(), new Uint8Array(1)].map(isPlainArray)).toEqual([false, false, false]);
  });
});
