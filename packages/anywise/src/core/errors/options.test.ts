import { longestTimerMs } from '../time/timers.js';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  checkOptions,
  milliseconds,
  numberFrom,
  fields,
  ofType,
  oneOf,
  optionProblems,
  text,
  wholeNumber,
  withDefaults,
} from './options.js';

describe('the check of options', () => {
  it('takes what is in range, and what is absent', () => {
    const checks = { places: wholeNumber(1, 10), waitMs: milliseconds(0), factor: numberFrom(1, 5), name: text() };
    expect(optionProblems({ places: 10, waitMs: 0.5, factor: 1.5, name: 'a' }, checks)).toEqual([]);
    expect(optionProblems({ places: undefined }, checks)).toEqual([]);
  });

  it.each([0, -1, 1.5, NaN, Infinity, '5', null, 5n, {}])('refuses %p as a number of things', (places) => {
    expect(optionProblems({ places }, { places: wholeNumber(1, 10) })).toHaveLength(1);
  });

  it.each([-1, NaN, Infinity, longestTimerMs + 1, '5', null])('refuses %p as a time', (waitMs) => {
    expect(optionProblems({ waitMs }, { waitMs: milliseconds(0) })).toHaveLength(1);
  });

  it('asks for what has no default', () => {
    const checks = { places: wholeNumber(1), waitMs: milliseconds(0) };
    expect(optionProblems({ places: undefined }, checks, ['places'])).toEqual([
      '`places` is undefined, but must be a whole number from 1',
    ]);
  });

  it('names every option that is wrong, its value and its range', () => {
    const options = { places: 0, waitMs: Infinity, name: '', mode: 'loud', run: 5, deep: null };
    const checks = {
      places: wholeNumber(1),
      waitMs: milliseconds(0),
      name: text(),
      mode: oneOf('quiet', 'silent'),
      run: ofType('function'),
      deep: fields(),
    };
    expect(() => checkOptions('`limited`', options, checks)).toThrowErrorMatchingInlineSnapshot(`
      "\`limited\` has 6 problems:
        - \`places\` is 0, but must be a whole number from 1
        - \`waitMs\` is Infinity, but must be a number of milliseconds from 0 to 2147483647
        - \`name\` is "", but must be a non-empty string
        - \`mode\` is "loud", but must be one of "quiet", "silent"
        - \`run\` is 5, but must be a function
        - \`deep\` is null, but must be an object"
    `);
  });
});

describe('defaults', () => {
  it('take the place of what is absent or undefined', () => {
    expect(withDefaults({ a: undefined, b: 2 }, { a: 1, b: 1, c: 3 })).toEqual({ a: 1, b: 2, c: 3 });
  });
});

describe('any value of an option', () => {
  const checks = {
    places: wholeNumber(1, 10),
    waitMs: milliseconds(0),
    factor: numberFrom(1, 5),
    name: text(),
    mode: oneOf('a', 'b'),
    run: ofType('function'),
  };
  const value = fc.oneof(
    fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true, withSparseArray: true }),
    fc.double(),
    fc.integer({ min: -1, max: 11 }),
    fc.constantFrom('a', 'b', '', Symbol('odd')),
  );
  const given = fc.record(
    Object.fromEntries(Object.keys(checks).map((name) => [name, value])) as Record<keyof typeof checks, typeof value>,
    { requiredKeys: [] },
  );

  it('is taken, or is one problem that names the option, and nothing throws', () => {
    const property = fc.property(given, (options) => {
      const wrong = Object.entries(options).filter(([name, one]) => {
        const [problem, ...others] = optionProblems({ [name]: one }, checks);
        expect(others).toEqual([]);
        expect(problem?.startsWith(`\`${name}\` is `) ?? true).toBe(true);
        return problem !== undefined;
      });
      expect(optionProblems(options, checks)).toHaveLength(wrong.length);
      expect(wrong.filter(([, one]) => one === undefined)).toEqual([]);
    });
    fc.assert(property, { seed: 20_260_101, numRuns: 500, interruptAfterTimeLimit: 5_000 });
  });
});
