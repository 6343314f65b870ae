import { describe, expect, it } from '@jest/globals';
import { DomainError } from '../message/domain-error.js';
import { AnywiseError } from './errors.js';
import { errorText, isTerminal, retryAfterOf } from './thrown.js';

const refuse = (): never => {
  throw new Error('refused');
};

const strange: readonly (readonly [string, unknown])[] = [
  ['null', null],
  ['undefined', undefined],
  ['a text', 'down'],
  ['a bigint', 5n],
  ['a symbol', Symbol('down')],
  ['an object without a prototype', Object.assign(Object.create(null) as object, { status: 500 })],
  ['an object whose toString throws', { toString: refuse }],
  ['an object whose toString gives an object', { toString: () => ({}), valueOf: () => ({}) }],
  ['an error whose message throws', Object.defineProperty(new Error('x'), 'message', { get: refuse })],
  ['an error whose message is an object', Object.assign(new Error('x'), { message: Object.create(null) as string })],
  [
    'an error that throws whatever is read',
    new Proxy(new Error('x'), { get: refuse, has: refuse, getPrototypeOf: refuse }),
  ],
  ['a revoked proxy', revoked()],
  ['a function', refuse],
  ['an error without a message', new Error('')],
];

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

describe('what is read of a thrown value', () => {
  it.each(strange)('is a non-empty string, and never throws: %s', (_name, thrown) => {
    expect(errorText(thrown)).toEqual(expect.stringMatching(/./));
    expect(isTerminal(thrown)).toBe(false);
    expect(retryAfterOf(thrown)).toBeUndefined();
    expect(AnywiseError.is(thrown)).toBe(false);
    expect(DomainError.is(thrown)).toBe(false);
  });

  it('is the message, or else the code or the name', () => {
    expect(errorText(new Error('down'))).toBe('down');
    expect(errorText(Object.assign(new Error(''), { code: 'ECONNREFUSED' }))).toBe('ECONNREFUSED');
    expect(errorText(new RangeError(''))).toBe('RangeError');
  });

  it('is cut where it is long', () => {
    expect(errorText('x'.repeat(100_000)).length).toBeLessThan(5_000);
  });

  it.each([
    [5, 5],
    [0, 0],
    [Infinity, 2_592_000_000],
    [1e300, 2_592_000_000],
    [-1, undefined],
    [NaN, undefined],
    ['5', undefined],
  ])('takes `retryAfterMs: %p` as %p', (retryAfterMs, expected) => {
    expect(retryAfterOf({ retryAfterMs })).toBe(expected);
  });
});
