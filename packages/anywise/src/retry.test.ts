import { describe, expect, test } from '@jest/globals';
import { domainError } from './domain-error.js';
import { AnywiseError, ListenersFailedError, TerminalError } from './errors.js';
import { backoff, decideRetry } from './retry.js';
import { type } from './schema.js';

class Declined extends domainError('test.declined', { data: type<object>(), message: () => 'declined' }) {}

const failures = (...errors: unknown[]) => errors.map((error) => ({ listener: 'mail', error }));

describe('after a failed attempt', () => {
  test.each([
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

  test.each([
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

  test.each([
    { nth: 1, random: 0, pause: 50 },
    { nth: 1, random: 1, pause: 100 },
    { nth: 3, random: 0.5, pause: 300 },
    { nth: 10, random: 1, pause: 1_000 },
    { nth: 10_000, random: 0, pause: 500 },
  ])('number $nth at random $random lasts $pause ms', ({ nth, random, pause }) => {
    expect(backoff(nth, delays, random)).toBe(pause);
  });
});
