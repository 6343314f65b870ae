import type { FastifyPluginCallback } from 'fastify';
import { healthAnswers, healthPaths, notStored, type Checkable, type HealthOptions } from '../http/health.js';
import { HttpProblem } from '../http/http-problem.js';
import { sendProblem } from './send-problem.js';

/**
 * A Fastify plugin for probes. Register it outside the plugin that has your authentication.
 *
 * | route | answer |
 * |---|---|
 * | `GET /health/live` | 200 while the process can answer at all |
 * | `GET /health/ready`, `GET /health` | 200 if the check finds no problem, otherwise 503 with the `reasons`; both with `saturated`, the number of listeners whose every place is taken, if there are any |
 *
 * @throws SetupError that names every option that is out of range.
 */
export function health(target: Checkable, options: HealthOptions = {}): FastifyPluginCallback {
  const { live, ready } = healthAnswers(target, options);
  return (app, _pluginOptions, done) => {
    app.get(healthPaths.live, async (_request, reply) => reply.headers(notStored).send(live()));
    for (const path of healthPaths.ready) {
      app.get(path, async (_request, reply) => {
        try {
          return await reply.headers(notStored).send(await ready());
        } catch (error) {
          if (!HttpProblem.is(error)) throw error;
          return sendProblem(reply, error);
        }
      });
    }
    done();
  };
}
