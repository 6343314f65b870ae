import { Hono } from 'hono';
import { healthAnswers, healthPaths, notStored, type Checkable, type HealthOptions } from '../http/health.js';
import { HttpProblem } from '../http/http-problem.js';
import { sendProblem } from './send-problem.js';

/**
 * A Hono app for probes. Mount it before authentication.
 *
 * | route | answer |
 * |---|---|
 * | `GET /health/live` | 200 while the process can answer at all |
 * | `GET /health/ready`, `GET /health` | 200 if the check finds no problem, otherwise 503 with the `reasons`; both with `saturated`, the number of listeners whose every place is taken, if there are any |
 *
 * @throws SetupError that names every option that is out of range.
 */
export function health(target: Checkable, options: HealthOptions = {}): Hono {
  const { live, ready } = healthAnswers(target, options);
  const app = new Hono();
  app.get(healthPaths.live, (context) => context.json(live(), 200, notStored));
  for (const path of healthPaths.ready) {
    app.get(path, async (context) => {
      try {
        return context.json(await ready(), 200, notStored);
      } catch (error) {
        if (!HttpProblem.is(error)) throw error;
        return sendProblem(context, error);
      }
    });
  }
  return app;
}
