import type { ErrorRequestHandler, Request, RequestHandler } from 'express';
import { diagnoseWith, type ProblemsOptions as AnyProblemsOptions } from '../http/diagnose.js';
import { HttpProblem } from '../http/http-problem.js';
import { isAborted } from '../http/request-errors.js';
import { sendProblem } from './send-problem.js';

/** Options of {@link problems}. */
export type ProblemsOptions = AnyProblemsOptions<Request>;

/**
 * The last middleware of an app: answers any thrown error with an `application/problem+json` document (RFC 9457).
 *
 * The caller sees what is wrong with the request, domain errors and `HttpProblem`s. Anything else is the server's fault and
 * gets a bare 500, including invalid data of any message other than the route's.
 *
 * @throws SetupError for statuses that are not errors.
 * @example
 * app.use(notFound(), problems({ statuses: [[PaymentDeclined, 402]], onError: (error) => log.error(error) }));
 */
export function problems(options: ProblemsOptions = {}): ErrorRequestHandler {
  const diagnose = diagnoseWith(options);
  return (error: unknown, request, response, next) => {
    if (isAborted(error)) return;
    const problem = diagnose(error, request);
    // Too late for another answer: Express cuts the connection, so that the caller notices the incomplete response.
    if (response.headersSent) next(error);
    else sendProblem(response, problem);
  };
}

/** Middleware that answers every request that reached no route with 404. */
export function notFound(): RequestHandler {
  return ({ method, baseUrl, path }) => {
    // A client can tell it from a query that found nothing.
    throw new HttpProblem(404, { code: 'NO_ROUTE', detail: `No route matches \`${method} ${baseUrl}${path}\`.` });
  };
}
