import { isTerminal } from './errors.js';

/** When a listener that failed is tried again. Times in milliseconds. */
export interface RetryPolicy {
  /** How often in all, the first time included, before the message becomes a dead letter. @defaultValue 10 */
  readonly attempts?: number;
  /** How many of the repeats come at once, for what heals by itself, such as a serialisation conflict. @defaultValue 1 */
  readonly immediate?: number;
  /** The pause before the first delayed repeat. @defaultValue 200 */
  readonly firstDelayMs?: number;
  /** What each further pause is multiplied by. @defaultValue 3 */
  readonly factor?: number;
  /** No pause is longer. @defaultValue 300_000 (5 minutes) */
  readonly maxDelayMs?: number;
}

/** What happens to a message after a failed attempt. */
export type RetryDecision = { readonly retryInMs: number } | 'dead';

const defaults: Required<RetryPolicy> = {
  attempts: 10,
  immediate: 1,
  firstDelayMs: 200,
  factor: 3,
  maxDelayMs: 300_000,
};

/**
 * Decides what happens after attempt number `attempt` failed. Jitter only shortens: a pause lies between half of the planned
 * delay and all of it, so that `maxDelayMs` holds.
 *
 * @param random between 0 and 1.
 */
export function decideRetry(
  error: unknown,
  attempt: number,
  policy: RetryPolicy | undefined,
  random: number,
): RetryDecision {
  const { attempts, immediate, firstDelayMs, factor, maxDelayMs } = { ...defaults, ...policy };
  if (attempt >= attempts || isTerminal(error)) return 'dead';
  if (attempt <= immediate) return { retryInMs: 0 };
  return { retryInMs: backoff(attempt - immediate, { firstDelayMs, factor, maxDelayMs }, random) };
}

/** The pause before delayed repeat number `nth`, counted from 1. */
export function backoff(
  nth: number,
  { firstDelayMs, factor, maxDelayMs }: { firstDelayMs: number; factor: number; maxDelayMs: number },
  random: number,
): number {
  const planned = Math.min(firstDelayMs * factor ** (nth - 1), maxDelayMs);
  return Math.round(planned * (0.5 + random / 2));
}
