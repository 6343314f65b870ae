import type { ErrorRequestHandler, Request, RequestHandler } from 'express';
import { DomainError, type DomainErrorClass } from '../core/message/domain-error.js';
import { AnywiseError, SetupError } from '../core/errors/errors.js';
import { retryAfterOf } from '../core/errors/thrown.js';
import { HttpProblem, sendProblem } from './http-problem.js';
import { isAborted, requestProblem } from './request-errors.js';

/** How errors become answers, for {@link problems}. */
export interface ProblemsOptions {
  /** The statuses of domain errors, from 400 to 599. @defaultValue 422 for each of them */
  readonly statuses?: readonly (readonly [error: DomainErrorClass, status: number])[];
  /**
   * Called with each error that is answered with a status of 500 or above. The caller learns nothing of its cause.
   *
   * @defaultValue writes it to the console
   */
  readonly onError?: (error: unknown, request: Request) => void;
}

/** Seconds after which a caller may try again when a part of the system is unavailable. */
const retryAfter = '5';

/**
 * The last middleware of an app: answers anything that was thrown with an `application/problem+json` document (RFC 9457).
 *
 * The caller is told what is wrong with the request, and of domain errors and `HttpProblem`s. Anything else is the server's
 * fault and answered with a bare 500, including invalid data of a message other than the one the request became.
 *
 * @throws SetupError for statuses that are not errors.
 * @example
 * app.use(notFound(), problems({ statuses: [[PaymentDeclined, 402]], onError: (error) => log.error(error) }));
 */
export function problems({ statuses = [], onError = logError }: ProblemsOptions = {}): ErrorRequestHandler {
  const wrong = statuses.filter(([, status]) => !Number.isInteger(status) || status < 400 || status > 599);
  if (wrong.length > 0) {
    const texts = wrong.map(([error, status]) => `\`${error.type}\` has the status ${status}: use one from 400 to 599`);
    throw new SetupError('INVALID_SETUP', '`problems()`', texts);
  }

  const statusOf = new Map(statuses.map(([error, status]) => [error.type, status]));
  return (error: unknown, request, response, next) => {
    if (isAborted(error)) return;
    const problem = toProblem(error, statusOf);
    // Too late for another answer: Express cuts the connection, so that the caller notices that this one is incomplete.
    if (response.headersSent) next(error);
    else sendProblem(response, problem);
    if (problem.status >= 500) onError(error, request);
  };
}

/** Middleware that answers 404 to every request that no route before it has answered. */
export function notFound(): RequestHandler {
  return ({ method, baseUrl, path }) => {
    throw new HttpProblem(404, { detail: `No route matches \`${method} ${baseUrl}${path}\`.` });
  };
}

function logError(error: unknown): void {
  console.error(error);
}

function toProblem(error: unknown, statusOf: ReadonlyMap<string, number>): HttpProblem {
  if (HttpProblem.is(error)) return error;
  if (DomainError.is(error)) return domainProblem(error, statusOf.get(error.type) ?? 422);
  if (AnywiseError.is(error)) return busProblem(error);
  return requestProblem(error) ?? new HttpProblem(500);
}

function domainProblem({ type, message, data }: DomainError, status: number): HttpProblem {
  return new HttpProblem(status, { type, title: titleOf(type), detail: message, members: { data } });
}

/** `payments.payment-declined` reads `Payment declined`. */
function titleOf(type: string): string {
  const words = type.slice(type.indexOf('.') + 1).replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function busProblem(error: AnywiseError): HttpProblem {
  const { code } = error;
  switch (code) {
    case 'IDEMPOTENCY_CONFLICT':
      return new HttpProblem(409, {
        code,
        detail: 'This `Idempotency-Key` was used for another request: use a new one.',
      });
    case 'TIMEOUT':
      return new HttpProblem(504, { code, detail: 'It took too long, and nothing was done. Try again later.' });
    case 'RATE_LIMITED':
      return new HttpProblem(429, {
        code,
        detail: 'There were too many requests. Try again later.',
        headers: { 'retry-after': secondsOf(error) },
      });
    case 'OVERLOADED':
      return new HttpProblem(503, {
        code,
        detail: 'There are too many requests at once. Try again later.',
        headers: { 'retry-after': secondsOf(error) },
      });
    case 'NO_HANDLER':
    case 'NOT_RUNNING':
    case 'UNAVAILABLE':
      return new HttpProblem(503, {
        code,
        detail: 'A part of the system that this request needs is unavailable. Try again later.',
        headers: { 'retry-after': retryAfter },
      });
    default:
      return new HttpProblem(500);
  }
}

/** In whole seconds, as the header `Retry-After` has it. */
function secondsOf(error: AnywiseError): string {
  const ms = retryAfterOf(error);
  return ms === undefined ? retryAfter : String(Math.ceil(ms / 1_000));
}
