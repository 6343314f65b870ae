import { describe, expect, it } from '@jest/globals';
import { command } from '../message/declare.js';
import { fingerprintOf } from './fingerprint.js';

class Ping extends command('test.ping') {}
class Point {
  constructor(readonly x: number) {}
}

describe('a fingerprint', () => {
  it.each([
    ['fields in another order', { a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 }],
    ['a field that is undefined', { a: 1, b: undefined }, { a: 1 }],
    ['sets with the same members', new Set(['a', 'b']), new Set(['b', 'a'])],
    [
      'maps with the same entries',
      new Map([
        ['a', 1],
        ['b', 2],
      ]),
      new Map([
        ['b', 2],
        ['a', 1],
      ]),
    ],
    ['dates of the same time', new Date(5), new Date(5)],
    ['URLs', new URL('https://a.test'), new URL('https://a.test')],
    ['instances with the same fields', new Point(1), new Point(1)],
    ['messages without data', new Ping(), new Ping()],
  ])('is the same for %s', (_what, one, other) => {
    expect(fingerprintOf({ value: one })).toBe(fingerprintOf({ value: other }));
  });

  it.each([
    ['sets', new Set(['a']), new Set(['c'])],
    ['a set and an empty object', new Set(['a']), {}],
    ['maps', new Map([['a', 1]]), new Map([['a', 2]])],
    ['dates', new Date(5), new Date(6)],
    ['a date and its text', new Date(5), new Date(5).toISOString()],
    ['a number and a bigint', 5, 5n],
    ['a number and its text', 5, '5'],
    ['NaN and null', NaN, null],
    ['zero and undefined in an array', [0], [undefined]],
    ['arrays in another order', [1, 2], [2, 1]],
    ['bytes', new Uint8Array([1]), new Uint8Array([2])],
    ['bytes in buffers', new Uint8Array([1]).buffer, new Uint8Array([2]).buffer],
    ['URLs', new URL('https://a.test'), new URL('https://b.test')],
    ['patterns', /a/, /b/],
    ['errors', new Error('a'), new Error('b')],
    ['boxed values', Object(1n) as unknown, Object(2n) as unknown],
    ['instances', new Point(1), new Point(2)],
    ['files, which show nothing of themselves', new Blob(['a']), new Blob(['b'])],
    ['texts that would close a field', { a: '","b":"' }, { a: '', b: '' }],
  ])('differs for other %s', (_what, one, other) => {
    expect(fingerprintOf({ value: one })).not.toBe(fingerprintOf({ value: other }));
  });

  it('exists even for data that contains itself', () => {
    const data: Record<string, unknown> = {};
    data.self = data;
    expect(fingerprintOf(data)).toMatch(/^[0-9a-f]{64}$/);
  });
});
