import type { FastifyReply, FastifyRequest } from 'fastify';
import { diagnoseWith, type ProblemsOptions as AnyProblemsOptions } from '../http/diagnose.js';
import { HttpProblem } from '../http/http-problem.js';
import { frameworkProblem } from './framework-problem.js';
import { sendProblem } from './send-problem.js';

/** Options of {@link problems}. */
export type ProblemsOptions = AnyProblemsOptions<FastifyRequest>;

/**
 * An error handler: answers any thrown error with an `application/problem+json` document (RFC 9457).
 *
 * The caller sees what is wrong with the request, domain errors and `HttpProblem`s. Anything else is the server's fault and
 * gets a bare 500, including invalid data of any message other than the route's. Give it to Fastify as `frameworkErrors`,
 * too: an undecodable path never reaches the error handler.
 *
 * @throws SetupError for statuses that are not errors.
 * @example
 * const answerErrors = problems({ statuses: [[PaymentDeclined, 402]], onError: (error) => log.error(error) });
 * const app = fastify({ frameworkErrors: answerErrors });
 * app.setErrorHandler(answerErrors);
 */
export function problems(
  options: ProblemsOptions = {},
): (error: unknown, request: FastifyRequest, reply: FastifyReply) => void {
  const diagnose = diagnoseWith(options);
  return (error, request, reply) => {
    sendProblem(reply, diagnose(frameworkProblem(error) ?? error, request));
  };
}

/** A handler for requests that reach no route: answers with 404. For `setNotFoundHandler`. */
export function notFound(): (request: FastifyRequest) => never {
  return ({ method, url }) => {
    const [path = ''] = url.split('?');
    throw new HttpProblem(404, { detail: `No route matches \`${method} ${path}\`.` });
  };
}
