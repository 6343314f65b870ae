import { describe, expect, it } from '@jest/globals';
import { createContext, runInContext } from 'node:vm';
import { issuePath } from '../errors/errors.js';
import { isJson, jsonIssues } from './json.js';

class Money {
  readonly cents = 1;
}
class Tags extends Array<string> {}

function nested(levels: number): unknown {
  return levels === 0 ? 1 : { next: nested(levels - 1) };
}

/** What is wrong with a value, short: `at.0: is a bigint, …`. */
function issuesOf(value: unknown): string[] {
  return jsonIssues(value).map((issue) => `${issuePath(issue)}: ${issue.message}`);
}

describe('a value', () => {
  it.each([
    'text',
    'NUL \0 and half of a character \ud800',
    '',
    0,
    -0,
    1.5,
    Number.MAX_VALUE,
    true,
    null,
    [],
    [1, [null, { a: [] }]],
    {},
    { a: undefined, b: { c: 'd' } },
    Object.assign(Object.create(null) as object, { a: 1 }),
    JSON.parse('{"__proto__":{"admin":true},"constructor":1,"then":2,"toJSON":"x"}'),
    runInContext('({ a: [1, { b: null }] })', createContext()),
    nested(98),
  ])('that JSON gives back as it was is JSON: %j', (value) => {
    expect(isJson(value)).toBe(true);
    expect(jsonIssues(value)).toEqual([]);
  });

  it('that JSON changes, drops or refuses is not JSON, and each part of it is named', () => {
    const values = {
      date: new Date(0),
      map: new Map(),
      set: new Set(),
      bigint: 5n,
      symbol: Symbol('s'),
      run: () => undefined,
      list: [undefined, NaN],
      sparse: Array.from({ length: 2 }).fill(1, 1),
      infinite: { far: [Infinity, -Infinity] },
      money: new Money(),
      tags: new Tags('a'),
      bytes: new Uint8Array(1),
      error: new Error('e'),
      boxed: Object('text') as unknown,
      promise: Promise.resolve(),
      json: { toJSON: () => 1 },
    };
    expect(isJson(values)).toBe(false);
    expect(issuesOf(values)).toMatchInlineSnapshot(`
      [
        "date: is an instance of \`Date\`, which JSON cannot represent",
        "map: is an instance of \`Map\`, which JSON cannot represent",
        "set: is an instance of \`Set\`, which JSON cannot represent",
        "bigint: is a bigint, which JSON cannot represent",
        "symbol: is a symbol, which JSON cannot represent",
        "run: is the function \`run\`, which JSON cannot represent",
        "list.0: is undefined, which JSON cannot represent",
        "list.1: is NaN, which JSON cannot represent",
        "sparse.0: is undefined, which JSON cannot represent",
        "infinite.far.0: is Infinity, which JSON cannot represent",
        "infinite.far.1: is -Infinity, which JSON cannot represent",
        "money: is an instance of \`Money\`, which JSON cannot represent",
        "tags: is an instance of \`Tags\`, which JSON cannot represent",
        "bytes: is an instance of \`Uint8Array\`, which JSON cannot represent",
        "error: is an instance of \`Error\`, which JSON cannot represent",
        "boxed: is an instance of \`String\`, which JSON cannot represent",
        "promise: is an instance of \`Promise\`, which JSON cannot represent",
        "json: has a method \`toJSON\`, which would replace it",
      ]
    `);
    for (const value of Object.values(values)) expect(isJson(value)).toBe(false);
  });

  it('that has a method for JSON to call is not JSON, wherever the method is', () => {
    const method = { value: () => 'other' };
    const values = {
      own: { toJSON: () => 'other' },
      hidden: Object.defineProperty({ a: 1 }, 'toJSON', method),
      list: Object.assign([1], { toJSON: () => 'other' }),
      inherited: Object.create(Object.defineProperty(Object.create(null) as object, 'toJSON', method)) as object,
    };
    expect(Object.values(values).map(isJson)).toEqual([false, false, false, false]);
    expect(issuesOf(values)).toEqual(
      ['own', 'hidden', 'list', 'inherited'].map((name) => `${name}: has a method \`toJSON\`, which would replace it`),
    );
    expect(isJson({ toJSON: 'a text' })).toBe(true);
  });

  it('that has a hole is not JSON', () => {
    const sparse: unknown[] = [1];
    sparse[2] = 3;
    expect(issuesOf(sparse)).toEqual(['1: is undefined, which JSON cannot represent']);
  });

  it('that contains itself is not JSON', () => {
    const parent: Record<string, unknown> = { name: 'p' };
    parent.children = [{ parent }];
    expect(isJson(parent)).toBe(false);
    expect(issuesOf(parent)).toEqual(['children.0.parent: contains itself']);
  });

  it('that is nested deeper than a message may be is not JSON, however deep it is', () => {
    expect(isJson(nested(99))).toBe(false);
    expect(issuesOf(nested(5_000))).toEqual([expect.stringMatching(/^(next\.){19}next: is more than 98 levels deep$/)]);
  });

  it('with many wrong parts has the first 50 named', () => {
    expect(jsonIssues(Array.from({ length: 1_000 }, () => 1n))).toHaveLength(50);
  });
});
