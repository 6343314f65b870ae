import { DomainError, type DomainErrorClass } from '../core/message/domain-error.js';
import { describeValue } from '../core/errors/describe.js';
import { AnywiseError, SetupError } from '../core/errors/errors.js';
import { listOf, ofType, optionProblems, type OptionChecks } from '../core/errors/options.js';
import { retryAfterOf } from '../core/errors/thrown.js';
import { HttpProblem } from './http-problem.js';
import { requestProblem } from './request-errors.js';

/** Options of `problems()`. */
export interface ProblemsOptions<Request = unknown> {
  /** The statuses of domain errors, from 400 to 599. @defaultValue 422 for each of them */
  readonly statuses?: readonly (readonly [error: DomainErrorClass, status: number])[];
  /**
   * Called with each error that is answered with a status of 500 or above. The caller never sees its cause.
   *
   * @defaultValue writes it to the console
   */
  readonly onError?: (error: unknown, request: Request) => void;
}

/** Makes the problem of an error, and reports it if it is the server's fault. */
export type Diagnose<Request> = (error: unknown, request: Request) => HttpProblem;

/** Seconds after which a caller may retry when a part of the system is unavailable. */
const retryAfter = '5';

/** @throws SetupError for statuses that are not errors. */
export function diagnoseWith<Request>(options: ProblemsOptions<Request>): Diagnose<Request> {
  const wrong = [...optionProblems(options, checks), ...statusProblems(Object(options) as ProblemsOptions)];
  if (wrong.length > 0) throw new SetupError('INVALID_SETUP', '`problems()`', wrong);
  const { statuses = [], onError = logError } = options;

  const statusOf = new Map(statuses.map(([error, status]) => [error.type, status]));
  return (error, request) => {
    const problem = toProblem(error, statusOf);
    if (problem.status >= 500) onError(error, request);
    return problem;
  };
}

const checks: OptionChecks<ProblemsOptions> = {
  statuses: listOf('pairs of an error class and its status', isPair),
  onError: ofType('function'),
};

function isPair(item: unknown): item is readonly [error: DomainErrorClass, status: unknown] {
  return (
    Array.isArray(item) &&
    item.length === 2 &&
    typeof (Object(item[0]) as { readonly type?: unknown }).type === 'string'
  );
}

function statusProblems({ statuses }: ProblemsOptions): string[] {
  const pairs = Array.isArray(statuses) ? (statuses as readonly unknown[]).filter(isPair) : [];
  return pairs
    .filter(([, status]) => !Number.isInteger(status) || (status as number) < 400 || (status as number) > 599)
    .map(([error, status]) => `\`${error.type}\` has the status ${describeValue(status)}: use one from 400 to 599`);
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

/** `payments.payment-declined` becomes `Payment declined`. */
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
    case 'CONFLICT':
      return new HttpProblem(409, {
        code,
        detail: 'This was changed in the meantime, or exists already: look at it as it is now before you try again.',
      });
    case 'NOT_FOUND':
      return new HttpProblem(404, { code, detail: 'This does not exist, or not any more.' });
    case 'TIMEOUT':
      return new HttpProblem(504, {
        code,
        detail: 'The request took too long. It may have had an effect: look before you repeat it.',
      });
    case 'RATE_LIMITED':
      return new HttpProblem(429, {
        code,
        detail: 'Too many requests. Try again later.',
        headers: { 'retry-after': secondsOf(error) },
      });
    case 'OVERLOADED':
      return new HttpProblem(503, {
        code,
        detail: 'Too many concurrent requests. Try again later.',
        headers: { 'retry-after': secondsOf(error) },
      });
    case 'REMOTE_FAILED':
      return new HttpProblem(502, { code, detail: 'Another service could not handle this request.' });
    case 'NO_HANDLER':
    case 'NO_RESPONDER':
    case 'NOT_RUNNING':
    case 'UNAVAILABLE':
    case 'UNSUPPORTED_VERSION':
      return new HttpProblem(503, {
        code,
        detail: 'A part of the system that this request needs is unavailable. Try again later.',
        headers: { 'retry-after': retryAfter },
      });
    default:
      return new HttpProblem(500);
  }
}

/** In whole seconds, as in the header `Retry-After`. */
function secondsOf(error: AnywiseError): string {
  const ms = retryAfterOf(error);
  return ms === undefined ? retryAfter : String(Math.ceil(ms / 1_000));
}
