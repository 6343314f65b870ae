import { expect, it } from '@jest/globals';
import { Wait } from './wait.js';

function waitOf(timeoutMs: number): Wait {
  const options = { timedOut: () => new Error('time is up'), givenUp: () => new Error('given up') };
  return new Wait({ ...options, timeoutMs, signal: undefined, outer: undefined });
}

/** Lets time pass, but no timer fire. */
function block(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

it('tells how many whole milliseconds are left', () => {
  const wait = waitOf(60_000);
  expect(wait.left()).toBeGreaterThan(1_000);
  expect(wait.left()).toBeLessThan(60_000);
  expect(Number.isInteger(wait.left())).toBe(true);
  expect(wait.stop.aborted).toBe(false);
  wait.end();
});

it.each([
  ['less than a millisecond is left', 0.9, 0],
  ['time is up, although no timer could fire', 5, 6],
])('ends when it is asked what is left, and %s', (_, timeoutMs, blockedMs) => {
  const wait = waitOf(timeoutMs);
  block(blockedMs);
  expect(wait.left()).toBe(1);
  expect(wait.stop.reason).toEqual(new Error('time is up'));
  wait.end();
});
