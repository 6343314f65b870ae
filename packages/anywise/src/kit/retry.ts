import { milliseconds, numberFrom, wholeNumber, type OptionChecks } from '../core/errors/options.js';
import { errorText, isTerminal, retryAfterOf } from '../core/errors/thrown.js';
import type { AbstractClass } from '../core/message/message.js';

/** The number and timing of attempts. Times in milliseconds. */
export interface RetryPlan {
  /** The number of attempts, including the first, before the message becomes a dead letter. @defaultValue 10 */
  readonly attempts?: number;
  /** How many retries follow without a pause, for transient errors such as a serialisation conflict. @defaultValue 1 */
  readonly immediate?: number;
  /** The pause before the first delayed retry. @defaultValue 200 */
  readonly firstDelayMs?: number;
  /** The factor by which each further pause grows. @defaultValue 3 */
  readonly factor?: number;
  /** The longest pause. @defaultValue 300_000 (5 minutes) */
  readonly maxDelayMs?: number;
}

/** A separate plan for some errors. Options it leaves out are as in the policy. */
export interface RetryRule extends RetryPlan {
  /**
   * An error class, or a synchronous function that recognises the errors. `attempts: 1` means no retry. A rule whose function
   * throws, or returns a promise, matches no error; what went wrong is recorded with the failure.
   */
  readonly when: AbstractClass<Error> | ((error: unknown) => boolean);
}

/**
 * When a failed listener, or a failed handler of an enqueued command, is retried.
 *
 * An error with a number named `retryAfterMs` sets the shortest pause: no attempt comes earlier. One with
 * `retryable: false`, such as a `TerminalError` or a domain error, is a dead letter at once, unless a rule says otherwise.
 */
export interface RetryPolicy extends RetryPlan {
  /** The first one that matches decides. @defaultValue none */
  readonly rules?: readonly RetryRule[];
}

/** What happens to a message after a failed attempt. */
export type RetryDecision = { readonly retryInMs: number } | 'dead';

export const defaultRetryPlan: Required<RetryPlan> = {
  attempts: 10,
  immediate: 1,
  firstDelayMs: 200,
  factor: 3,
  maxDelayMs: 300_000,
};

/** 30 days: a message that waits longer than messages are remembered would be handled again. */
const longestDelayMs = 2_592_000_000;

export const planChecks: OptionChecks<RetryPlan> = {
  attempts: wholeNumber(1),
  immediate: wholeNumber(0),
  firstDelayMs: milliseconds(0, longestDelayMs),
  factor: numberFrom(1, 1_000),
  maxDelayMs: milliseconds(0, longestDelayMs),
};

/**
 * Decides what happens after attempt number `attempt` failed. Jitter only shortens: a pause lies between half of the planned
 * delay and all of it, so that `maxDelayMs` holds.
 *
 * Never throws, whatever the rules do.
 *
 * @param random between 0 and 1.
 * @param onFault told of each rule that could not be asked, in words. @defaultValue does nothing
 */
export function decideRetry(
  error: unknown,
  attempt: number,
  policy: RetryPolicy | undefined,
  random: number,
  onFault: (text: string) => void = () => undefined,
): RetryDecision {
  const rule = policy?.rules?.find((each, index) => {
    try {
      return fits(error, each.when);
    } catch (fault) {
      onFault(`\`when\` of retry rule ${index + 1} failed: ${errorText(fault)}`);
      return false;
    }
  });
  const { attempts, immediate, firstDelayMs, factor, maxDelayMs } = planOf(policy, rule);
  if (attempt >= attempts || (rule === undefined && isTerminal(error))) return 'dead';
  const delays = { firstDelayMs, factor, maxDelayMs };
  const planned = attempt <= immediate ? 0 : backoff(attempt - immediate, delays, random);
  return { retryInMs: Math.max(planned, retryAfterOf(error) ?? 0) };
}

/** How many attempts a message gets before it becomes a dead letter, unless a rule for its error says otherwise. */
export function attemptsOf(policy: RetryPolicy | undefined): number {
  return numberIn(policy, 'attempts') ?? defaultRetryPlan.attempts;
}

function fits(error: unknown, when: RetryRule['when']): boolean {
  if (isErrorClass(when)) return error instanceof when;
  const answer: unknown = when(error);
  if (!isPromiseLike(answer)) return Boolean(answer);
  // Unheard, its failure would end the process.
  answer.then(undefined, () => undefined);
  throw new TypeError('it gave a promise, but has to answer at once.');
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as Partial<PromiseLike<unknown>> | null | undefined)?.then === 'function';
}

/** Of each option what the rule says, else what the policy says, as far as it is a number: plans may have changed since. */
function planOf(policy: RetryPlan | undefined, rule: RetryPlan | undefined): Required<RetryPlan> {
  const names = Object.keys(defaultRetryPlan) as (keyof RetryPlan)[];
  const plan = { ...defaultRetryPlan };
  for (const name of names) {
    const value = [rule, policy].map((from) => numberIn(from, name)).find((given) => given !== undefined);
    if (value !== undefined) plan[name] = value;
  }
  return plan;
}

function numberIn(plan: RetryPlan | undefined, name: keyof RetryPlan): number | undefined {
  try {
    const value: unknown = plan?.[name];
    return typeof value === 'number' && value >= 0 ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Not with `instanceof Error`: the class may come from another realm. */
function isErrorClass(when: RetryRule['when']): when is AbstractClass<Error> {
  const prototype: unknown = when.prototype;
  return typeof prototype === 'object' && prototype !== null && 'message' in prototype;
}

/** How pauses grow. Times in milliseconds. */
export interface Delays {
  readonly firstDelayMs: number;
  /** The factor by which each further pause grows. */
  readonly factor: number;
  /** The longest pause. */
  readonly maxDelayMs: number;
}

/**
 * The pause before delayed retry number `nth`, counted from 1, in milliseconds. Jitter only shortens it, by up to a half.
 *
 * @param random between 0 and 1.
 */
export function backoff(nth: number, { firstDelayMs, factor, maxDelayMs }: Delays, random: number): number {
  // A factor that has become infinite would make NaN of no pause at all.
  const planned = Math.min(firstDelayMs * Math.min(factor ** (nth - 1), Number.MAX_VALUE), maxDelayMs);
  return Math.round(planned * (0.5 + random / 2));
}
