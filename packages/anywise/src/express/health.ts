import { Router } from 'express';
import { startTimer } from '../core/time/timers.js';
import { checkOptions, fields, milliseconds, ofType } from '../core/errors/options.js';
import { HttpProblem, sendProblem } from './http-problem.js';

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

/** Options of {@link health}. */
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

/**
 * An Express router for probes. Mount it before authentication.
 *
 * | route | answer |
 * |---|---|
 * | `GET /health/live` | 200 while the process can answer at all |
 * | `GET /health/ready`, `GET /health` | 200 if the check finds no problem, otherwise 503 with the `reasons`; both with `saturated`, the number of listeners whose every place is taken, if there are any |
 *
 * @throws SetupError that names every option that is out of range.
 */
export function health(target: Checkable, options: HealthOptions = {}): Router {
  checkOptions('`health()`', options, {
    timeoutMs: milliseconds(1),
    about: fields(),
    onError: ofType('function'),
  });
  const { about = {} } = options;
  const router = Router();
  router.use('/health', (_request, response, next) => {
    response.set('cache-control', 'no-store');
    next();
  });
  router.get('/health/live', (_request, response) => {
    response.json({ status: 'live', ...about });
  });
  router.get(['/health/ready', '/health'], async (_request, response) => {
    const reasons = await reasonsOf(target, options);
    const saturated = target.saturated?.().length ?? 0;
    const members = { ...(saturated > 0 && { saturated }), ...about };
    if (reasons.length === 0) response.json({ status: 'ready', ...members });
    else sendProblem(response, new HttpProblem(503, { detail: 'Not ready.', members: { reasons, ...members } }));
  });
  return router;
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
