import { Router } from 'express';
import { healthAnswers, healthPaths, notStored, type Checkable, type HealthOptions } from '../http/health.js';
import { HttpProblem } from '../http/http-problem.js';
import { sendProblem } from './send-problem.js';

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
  const { live, ready } = healthAnswers(target, options);
  const router = Router();
  router.get(healthPaths.live, (_request, response) => {
    response.set(notStored).json(live());
  });
  router.get([...healthPaths.ready], async (_request, response) => {
    try {
      response.set(notStored).json(await ready());
    } catch (error) {
      if (!HttpProblem.is(error)) throw error;
      sendProblem(response, error);
    }
  });
  return router;
}
