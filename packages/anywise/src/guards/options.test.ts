import { describe, expect, it } from '@jest/globals';
import { authorized, limited, logged, rateLimited, timed } from './index.js';

type AnyOptions = Readonly<Record<string, unknown>> | undefined;

/** The guards as code without types calls them, with what each needs. */
const guards: Readonly<Record<string, { readonly make: (options: never) => unknown; readonly good: object }>> = {
  logged: { make: logged, good: { logger: console } },
  timed: { make: timed, good: { timeoutMs: 1_000 } },
  limited: { make: limited, good: { atOnce: 2 } },
  rateLimited: { make: rateLimited, good: { perSecond: 2 } },
  authorized: { make: authorized, good: { allow: () => true, refusal: () => new Error('no') } },
};

function make(guard: string, options: AnyOptions): unknown {
  return guards[guard]?.make(options as never);
}

const oddNumbers = [Number.NaN, Infinity, -Infinity, -1, '2', null, {}, true, 2n, 2 ** 31];
const numbers: [guard: string, option: string, odd: readonly unknown[]][] = [
  ['timed', 'timeoutMs', [...oddNumbers, 0, 0.5, undefined]],
  ['limited', 'atOnce', [...oddNumbers, 0, 1.5, undefined]],
  ['limited', 'waiting', [...oddNumbers, 1.5]],
  ['limited', 'waitMs', oddNumbers],
  ['limited', 'retryAfterMs', [...oddNumbers, 0]],
  ['rateLimited', 'perSecond', [...oddNumbers, 0, Number.MIN_VALUE, undefined]],
  ['rateLimited', 'burst', [...oddNumbers, 0, 1.5]],
  ['rateLimited', 'waitMs', oddNumbers],
];
const functions: [guard: string, option: string, odd: readonly unknown[]][] = [
  ['logged', 'details', [null, 1, {}]],
  ['limited', 'by', [null, 'user', {}]],
  ['rateLimited', 'by', [null, 'user', {}]],
  ['rateLimited', 'now', [null, 1, 'Date']],
  ['authorized', 'allow', [undefined, null, true]],
  ['authorized', 'refusal', [undefined, null, new Error('no')]],
];
const others: [guard: string, option: string, odd: readonly unknown[]][] = [
  ['logged', 'logger', [undefined, null, {}, { info: () => undefined }, 'console']],
  ['logged', 'level', [null, 'warn', 'loud', 1]],
];

describe('the options of a ready guard', () => {
  it.each(Object.entries(guards))('%s: are only those that it needs', (guard, { good }) => {
    expect(make(guard, { ...good })).toBeInstanceOf(Function);
  });

  it.each(
    [...numbers, ...functions, ...others].flatMap(([guard, option, odd]) =>
      odd.map((value) => [guard, option, value] as const),
    ),
  )('%s: `%s` is not %p, and the error says so when the guard is made', (guard, option, value) => {
    expect(() => make(guard, { ...guards[guard]?.good, [option]: value })).toThrow(
      expect.objectContaining({
        name: 'SetupError',
        code: 'INVALID_SETUP',
        message: expect.stringMatching(new RegExp(`^\`${guard}\`: \`${option}\` is .*, but must be `)),
      }),
    );
  });

  it.each([
    ['limited', { waiting: undefined, waitMs: undefined, retryAfterMs: undefined, by: undefined }],
    ['rateLimited', { burst: undefined, waitMs: undefined, by: undefined, now: undefined }],
    ['logged', { level: undefined, details: undefined }],
  ])('%s: have their defaults where they are undefined', (guard, options) => {
    expect(make(guard, { ...guards[guard]?.good, ...options })).toBeInstanceOf(Function);
  });

  it.each(Object.keys(guards))('%s: may be missing altogether in code without types, and are asked for', (guard) => {
    expect(() => make(guard, undefined)).toThrow(expect.objectContaining({ code: 'INVALID_SETUP' }));
  });

  it('are all told at once, with their ranges', () => {
    expect(() => limited({ atOnce: 0, waiting: -1, waitMs: Number.NaN, retryAfterMs: Infinity }))
      .toThrowErrorMatchingInlineSnapshot(`
      "\`limited\` has 4 problems:
        - \`atOnce\` is 0, but must be a whole number from 1 to 1000000
        - \`waiting\` is -1, but must be a whole number from 0 to 1000000
        - \`waitMs\` is NaN, but must be a number of milliseconds from 0 to 2147483647
        - \`retryAfterMs\` is Infinity, but must be a number of milliseconds from 1 to 2147483647"
    `);
    expect(() => rateLimited({ perSecond: 0, burst: 0.5, waitMs: -1 })).toThrowErrorMatchingInlineSnapshot(`
      "\`rateLimited\` has 3 problems:
        - \`perSecond\` is 0, but must be a number from 0.00001 to 1000000
        - \`burst\` is 0.5, but must be a whole number from 1 to 1000000
        - \`waitMs\` is -1, but must be a number of milliseconds from 0 to 2147483647"
    `);
    expect(() => timed({ timeoutMs: Infinity })).toThrowErrorMatchingInlineSnapshot(
      `"\`timed\`: \`timeoutMs\` is Infinity, but must be a number of milliseconds from 1 to 2147483647"`,
    );
    expect(() => logged({ logger: {} as never, level: 'loud' as never })).toThrowErrorMatchingInlineSnapshot(`
      "\`logged\` has 2 problems:
        - \`logger\` is an object, but must be a logger, with \`debug\`, \`info\`, \`warn\` and \`error\`
        - \`level\` is "loud", but must be one of "debug", "info""
    `);
  });
});
