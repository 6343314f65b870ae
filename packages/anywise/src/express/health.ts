import { Router } from 'express';
import { errorText } from '../core/errors/thrown.js';
import { HttpProblem, sendProblem } from './http-problem.js';

/** What the health routes use of the bus. */
export interface Checkable {
  /** Why it is not ready, one text a reason; nothing where it is ready. May throw. */
  check(): Promise<readonly string[]>;
}

/** How patient {@link health} is. */
export interface HealthOptions {
  /** How long a check may take before it counts as failed, in milliseconds. @defaultValue 2_000 */
  readonly timeoutMs?: number;
}

/**
 * An Express router for probes, to put before authentication. `GET /health/live` answers 200 while the process can answer at
 * all; `GET /health/ready` answers 200 where the check finds nothing, otherwise 503 with the `reasons`.
 */
export function health(target: Checkable, { timeoutMs = 2_000 }: HealthOptions = {}): Router {
  const router = Router();
  router.get('/health/live', (_request, response) => {
    response.set('cache-control', 'no-store').json({ status: 'live' });
  });
  router.get('/health/ready', async (_request, response) => {
    const reasons = await reasonsOf(target, timeoutMs);
    response.set('cache-control', 'no-store');
    if (reasons.length === 0) response.json({ status: 'ready' });
    else sendProblem(response, new HttpProblem(503, { detail: 'Not ready.', members: { reasons } }));
  });
  return router;
}

async function reasonsOf(target: Checkable, timeoutMs: number): Promise<readonly string[]> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<readonly string[]>((resolve) => {
    timer = setTimeout(() => resolve([`the check took longer than ${timeoutMs} ms`]), timeoutMs);
  });
  try {
    return await Promise.race([target.check(), timeout]);
  } catch (error) {
    return [errorText(error)];
  } finally {
    clearTimeout(timer);
  }
}
