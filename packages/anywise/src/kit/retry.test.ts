import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { domainError } from '../core/message/domain-error.js';
import { AnywiseError, ListenersFailedError, TerminalError } from '../core/errors/errors.js';
import { backoff, decideRetry, type RetryPolicy } from './retry.js';
import { type } from '../core/message/schema.js';

class Declined extends domainError('test.declined', { data: type<object>(), message: () => 'declined' }) {}

const failures = (...errors: unknown[]) => errors.map((error) => ({ listener: 'mail', error }));

describe('after a failed attempt', () => {
  it.each([
    { attempt: 1, policy: undefined, decision: { retryInMs: 0 } },
    { attempt: 2, policy: undefined, decision: { retryInMs: 200 } },
    { attempt: 3, policy: undefined, decision: { retryInMs: 600 } },
    { attempt: 9, policy: undefined, decision: { retryInMs: 300_000 } },
    { attempt: 10, policy: undefined, decision: 'dead' },
    { attempt: 1, policy: { immediate: 0 }, decision: { retryInMs: 200 } },
    { attempt: 2, policy: { immediate: 2 }, decision: { retryInMs: 0 } },
    { attempt: 3, policy: { immediate: 2, firstDelayMs: 50 }, decision: { retryInMs: 50 } },
    { attempt: 4, policy: { factor: 2, maxDelayMs: 700 }, decision: { retryInMs: 700 } },
    { attempt: 1, policy: { attempts: 1 }, decision: 'dead' },
    { attempt: 2, policy: { attempts: 3 }, decision: { retryInMs: 200 } },
    { attempt: 3, policy: { attempts: 3 }, decision: 'dead' },
  ])('number $attempt, $policy decides $decision', ({ attempt, policy, decision }) => {
    expect(decideRetry(new Error('no'), attempt, policy, 1)).toEqual(decision);
  });

  describe('a rule for the error', () => {
    class Busy extends Error {}
    const policy: RetryPolicy = {
      attempts: 3,
      immediate: 0,
      rules: [
        { when: Busy, attempts: 50, firstDelayMs: 1_000 },
        { when: (error) => error === 'never', attempts: 1 },
        { when: TerminalError, attempts: 2 },
      ],
    };

    it.each([
      { what: 'says more attempts', error: new Busy(), attempt: 3, decision: { retryInMs: 9_000 } },
      { what: 'says fewer', error: 'never', attempt: 1, decision: 'dead' },
      {
        what: 'is above what the error says of itself',
        error: new TerminalError('x'),
        attempt: 1,
        decision: { retryInMs: 200 },
      },
      { what: 'is not there, so the policy decides', error: new Error('x'), attempt: 3, decision: 'dead' },
    ])('$what', ({ error, attempt, decision }) => {
      expect(decideRetry(error, attempt, policy, 1)).toEqual(decision);
    });
  });

  describe('rules that cannot be asked', () => {
    const thrower = (thrown: unknown) => (): boolean => {
      throw thrown;
    };
    const hostile = {
      get message(): string {
        throw new Error('no');
      },
    };
    class Odd extends Error {
      static override [Symbol.hasInstance](): boolean {
        throw new Error('odd');
      }
    }
    const promise = () => Promise.reject(new Error('late')) as unknown as boolean;

    it.each([
      ['throws', thrower(new Error('wrong')), 'wrong'],
      ['throws undefined', thrower(undefined), 'undefined'],
      ['throws what has no text', thrower(Object.create(null)), 'a thrown object that has no text'],
      ['throws what throws', thrower(hostile), '[object Object]'],
      ['gives a promise', promise, 'it gave a promise, but has to answer at once.'],
      ['is a class that throws', Odd, 'odd'],
    ])('fit nothing where one %s, and say why', async (_how, when, why) => {
      const faults: string[] = [];
      const policy = {
        rules: [
          { when, attempts: 99 },
          { when: Error, attempts: 1 },
        ],
      };
      expect(decideRetry(new Error('no'), 1, policy, 1, (fault) => faults.push(fault))).toBe('dead');
      expect(faults).toEqual([`\`when\` of retry rule 1 failed: ${why}`]);
      expect(decideRetry(new Error('no'), 1, policy, 1)).toBe('dead');
      await new Promise(setImmediate);
    });

    it.each([[Number.NaN], [undefined], [-1], ['soon'], [null]])('have no say by %p', (value) => {
      const odd = { attempts: value, immediate: value, firstDelayMs: value, factor: value, maxDelayMs: value };
      const policy = { ...odd, rules: [{ ...odd, when: Error }] } as unknown as RetryPolicy;
      const error = new Error('no');
      expect(decideRetry(error, 2, policy, 1)).toEqual({ retryInMs: 200 });
      expect(decideRetry(error, 10, policy, 1)).toBe('dead');
    });

    it('have no say by options that throw', () => {
      const policy = Object.defineProperty({}, 'firstDelayMs', { get: thrower(new Error('no')) });
      expect(decideRetry(new Error('no'), 2, policy, 1)).toEqual({ retryInMs: 200 });
    });
  });

  it('no repeat comes before the time that the error asks for', () => {
    const busy = Object.assign(new Error('429'), { retryAfterMs: 4_000 });
    expect(decideRetry(busy, 1, undefined, 1)).toEqual({ retryInMs: 4_000 });
    expect(decideRetry(busy, 9, undefined, 1)).toEqual({ retryInMs: 300_000 });
    expect(decideRetry(busy, 10, undefined, 1)).toBe('dead');
  });

  it.each([
    { what: 'an error', error: new Error('no'), isDead: false },
    { what: 'what is no error', error: 'no', isDead: false },
    { what: 'nothing', error: undefined, isDead: false },
    { what: 'a terminal error', error: new TerminalError('never'), isDead: true },
    { what: 'a domain error', error: new Declined({}), isDead: true },
    { what: 'a mistake in the code', error: new AnywiseError('NOT_AWAITED', 'await it'), isDead: true },
    { what: 'an outage', error: new AnywiseError('UNAVAILABLE', 'gone', { retryable: true }), isDead: false },
    {
      what: 'failures of listeners that may pass',
      error: new ListenersFailedError('t', failures(new Error('no'))),
      isDead: false,
    },
    {
      what: 'failures of listeners of which one is terminal',
      error: new ListenersFailedError('t', failures(new Error('no'), new TerminalError('never'))),
      isDead: true,
    },
  ])('by $what the message is dead: $isDead', ({ error, isDead }) => {
    expect(decideRetry(error, 1, undefined, 1) === 'dead').toBe(isDead);
  });
});

describe('a pause', () => {
  const delays = { firstDelayMs: 100, factor: 2, maxDelayMs: 1_000 };

  it.each([
    { nth: 1, random: 0, pause: 50 },
    { nth: 1, random: 1, pause: 100 },
    { nth: 3, random: 0.5, pause: 300 },
    { nth: 10, random: 1, pause: 1_000 },
    { nth: 10_000, random: 0, pause: 500 },
  ])('number $nth at random $random lasts $pause ms', ({ nth, random, pause }) => {
    expect(backoff(nth, delays, random)).toBe(pause);
  });
});

describe('the default plan', () => {
  const page = readFileSync(new URL('../../../../docs/how-to/retries-and-dead-letters.md', import.meta.url), 'utf8');

  /** The pause after an attempt at a chance; `undefined` after the last. */
  const pauseAfter = (attempt: number, random: number): number | undefined => {
    const decision = decideRetry(new Error('no'), attempt, undefined, random);
    return decision === 'dead' ? undefined : decision.retryInMs;
  };
  const span = (least: number, most: number): string =>
    least === most ? `${least / 1_000} s` : `${least / 1_000} to ${most / 1_000} s`;

  it('pauses as the page on retries says', () => {
    const rows: [string, string][] = [];
    let [least, most] = [0, 0];
    for (let attempt = 1; pauseAfter(attempt, 0) !== undefined; attempt++) {
      const [shortest = 0, longest = 0] = [pauseAfter(attempt, 0), pauseAfter(attempt, 1)];
      [least, most] = [least + shortest, most + longest];
      rows.push([String(attempt), span(shortest, longest)]);
    }
    rows.push([String(rows.length + 1), 'never: it is a dead letter'], ['in all', span(least, most)]);
    const listed = [...page.matchAll(/^\| (\d+|in all) +\| (.*?) +\|$/gm)].map(([, attempt, pause]) => [
      attempt,
      pause,
    ]);
    expect(listed).toEqual(rows);
  });
});
