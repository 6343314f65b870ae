import type { Context } from 'hono';
import { diagnoseWith, type ProblemsOptions as AnyProblemsOptions } from '../http/diagnose.js';
import { HttpProblem } from '../http/http-problem.js';
import { isAborted } from '../http/request-errors.js';
import { frameworkProblem } from './framework-problem.js';
import { sendProblem } from './send-problem.js';

/** Options of {@link problems}. */
export type ProblemsOptions = AnyProblemsOptions<Context>;

/**
 * An error handler: answers any thrown error with an `application/problem+json` document (RFC 9457).
 *
 * The caller sees what is wrong with the request, domain errors and `HttpProblem`s. Anything else is the server's fault and
 * gets a bare 500, including invalid data of any message other than the route's.
 *
 * @throws SetupError for statuses that are not errors.
 * @example
 * app.onError(problems({ statuses: [[PaymentDeclined, 402]], onError: (error) => log.error(error) }));
 */
export function problems(options: ProblemsOptions = {}): (error: unknown, context: Context) => Response {
  const diagnose = diagnoseWith(options);
  return (error, context) => {
    // Nobody is left to read it.
    if (isAborted(error)) return context.body(null, 400);
    return sendProblem(context, diagnose(frameworkProblem(error) ?? error, context));
  };
}

/** A handler for requests that reach no route: answers with 404. For `app.notFound`. */
export function notFound(): (context: Context) => never {
  return ({ req }) => {
    throw new HttpProblem(404, { detail: `No route matches \`${req.method} ${req.path}\`.` });
  };
}
