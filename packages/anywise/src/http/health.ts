import { startTimer } from '../core/time/timers.js';
import { checkOptions, fields, milliseconds, ofType } from '../core/errors/options.js';
import { HttpProblem } from './http-problem.js';

/** The part of the bus that the health routes use. */
export interface Checkable {
  /**
   * Why it is not ready, one text per reason; empty if it is ready. The texts are public: do not name hosts or paths.
   *
   * @param options.timeoutMs how long the caller waits for the answer.
   */
  check(options?: { readonly timeoutMs?: number }): Promise<readonly string[]>;
  /** Whose every place is taken. Only their number is shown. @defaultValue not shown */
  saturated?(): readonly string[];
}

/** Options of `health()`. */
export interface HealthOptions {
  /** How long a check may take before it counts as failed, in milliseconds. @defaultValue 2_000 */
  readonly timeoutMs?: number;
  /** Extra members of every answer, such as the service and the process. They are public. @defaultValue nothing */
  readonly about?: Readonly<Record<string, unknown>>;
  /**
   * Called with the error of a failed check; the caller only learns that the check failed. @defaultValue writes it to the
   * console
   */
  readonly onError?: (error: unknown) => void;
}

/** What the probes answer. */
export interface HealthAnswers {
  readonly live: () => object;
  /** @throws HttpProblem (503) with the reasons, if it is not ready. */
  readonly ready: () => Promise<object>;
}

/** The header of each answer: a probe wants to know how it is now. */
export const notStored = { 'cache-control': 'no-store' } as const;

/** The paths of each probe. */
export const healthPaths = { live: '/health/live', ready: ['/health/ready', '/health'] } as const;

/** @throws SetupError that names every option that is out of range. */
export function healthAnswers(target: Checkable, options: HealthOptions): HealthAnswers {
  checkOptions('`health()`', options, {
    timeoutMs: milliseconds(1),
    about: fields(),
    onError: ofType('function'),
  });
  const { about = {} } = options;
  return {
    live: () => ({ status: 'live', ...about }),
    async ready() {
      const reasons = await reasonsOf(target, options);
      const saturated = target.saturated?.().length ?? 0;
      const members = { ...(saturated > 0 && { saturated }), ...about };
      if (reasons.length === 0) return { status: 'ready', ...members };
      throw new HttpProblem(503, { detail: 'Not ready.', members: { reasons, ...members }, headers: notStored });
    },
  };
}

type Reasons = readonly string[];

async function reasonsOf(
  target: Checkable,
  { timeoutMs = 2_000, onError = logError }: HealthOptions,
): Promise<Reasons> {
  let timer: NodeJS.Timeout | undefined;
  try {
    // The check starts first: if it has its own timeout, it can say what did not answer.
    const checked = target.check({ timeoutMs });
    const timeout = new Promise<Reasons>((resolve) => {
      timer = startTimer(() => resolve([`the check took longer than ${timeoutMs} ms`]), timeoutMs);
    });
    return await Promise.race([checked, timeout]);
  } catch (error) {
    onError(error);
    return ['the check failed'];
  } finally {
    clearTimeout(timer);
  }
}

function logError(error: unknown): void {
  console.error(error);
}
