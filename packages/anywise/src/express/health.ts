import { Router } from 'express';
import { checkOptions, milliseconds, ofType } from '../core/errors/options.js';
import { HttpProblem, sendProblem } from './http-problem.js';

/** What the health routes use of the bus. */
export interface Checkable {
  /**
   * Why it is not ready, one text per reason; empty when it is ready. Anyone may read them: name no hosts and no paths.
   *
   * @param options.timeoutMs how long the answer is waited for.
   */
  check(options?: { readonly timeoutMs?: number }): Promise<readonly string[]>;
}

/** How {@link health} checks, and what else it says. */
export interface HealthOptions {
  /** How long a check may take before it counts as failed, in milliseconds. @defaultValue 2_000 */
  readonly timeoutMs?: number;
  /** What every answer says besides, such as the service and the process. Anyone may read it. @defaultValue nothing */
  readonly about?: Readonly<Record<string, unknown>>;
  /** Called with what a check throws; the caller only learns that the check failed. @defaultValue writes it to the console */
  readonly onError?: (error: unknown) => void;
}

/**
 * An Express router for probes, to put before authentication.
 *
 * | route | answer |
 * |---|---|
 * | `GET /health/live` | 200 while the process can answer at all |
 * | `GET /health/ready`, `GET /health` | 200 when the check finds nothing, otherwise 503 with the `reasons` |
 *
 * @throws SetupError that names every option that is out of range.
 */
export function health(target: Checkable, options: HealthOptions = {}): Router {
  checkOptions('`health()`', options, {
    timeoutMs: milliseconds(1),
    about: ofType('object'),
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
    if (reasons.length === 0) response.json({ status: 'ready', ...about });
    else sendProblem(response, new HttpProblem(503, { detail: 'Not ready.', members: { reasons, ...about } }));
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
    // The check goes first: if it keeps the time itself, it can say what did not answer.
    const checked = target.check({ timeoutMs });
    const timeout = new Promise<Reasons>((resolve) => {
      timer = setTimeout(() => resolve([`the check took longer than ${timeoutMs} ms`]), timeoutMs);
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
