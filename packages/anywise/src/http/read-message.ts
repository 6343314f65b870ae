import { AnywiseError, InvalidMessageError, issuePath, type Issue } from '../core/errors/errors.js';
import type { Command } from '../core/message/message.js';
import { HttpProblem, type FieldError } from './http-problem.js';
import type { RequestView } from './request-view.js';
import type { Method, Route } from './route.js';
import { findUnusableText } from './unusable-text.js';

/** A long list of bad entries must not make the answer larger than the request. */
const mostErrors = 50;

/** Turns a request into its message. @throws HttpProblem (400) if the data does not fit. */
export function readMessage<Request>(route: Route<Request>, view: RequestView<Request>): Command {
  const data: Record<string, unknown> = { ...(route.input?.(view.request) ?? defaultInput(route.method, view)) };
  // JSON can contain an own `__proto__`, which a later Object.assign would turn into the prototype.
  delete data.__proto__;
  const unusable = findUnusableText(data);
  if (unusable.length > 0) throw invalidData(new InvalidMessageError(route.message.type, unusable));
  try {
    return route.message.parse(data);
  } catch (error) {
    throw refusalOf(route, error);
  }
}

/**
 * The error for the caller. Data that does not fit the route's message is the caller's fault, whether its schema or its
 * handler found out. Data of any other message is not.
 */
export function refusalOf({ message }: Pick<Route, 'message'>, error: unknown): unknown {
  return isInvalid(error) && error.messageType === message.type ? invalidData(error) : error;
}

function defaultInput(method: Method, { query, body, params }: RequestView<unknown>): object {
  return { ...(method === 'get' ? query : objectBody(body)), ...params };
}

function objectBody(body: unknown = {}): object {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body;
  throw new HttpProblem(400, { detail: 'The body must be a JSON object.' });
}

function isInvalid(error: unknown): error is InvalidMessageError {
  return AnywiseError.is(error) && error.code === 'INVALID_MESSAGE';
}

function invalidData(error: InvalidMessageError): HttpProblem {
  return new HttpProblem(400, {
    code: error.code,
    detail: `The data does not fit \`${error.messageType}\`.`,
    errors: error.issues.slice(0, mostErrors).map(fieldError),
    cause: error,
  });
}

function fieldError(issue: Issue): FieldError {
  return { field: issuePath(issue), pointer: pointerTo(issue), detail: issue.message };
}

function pointerTo({ path = [] }: Issue): string {
  const keys = path.map((part) => String(typeof part === 'object' ? part.key : part));
  return ['#', ...keys.map(escapeKey)].join('/');
}

/** Per RFC 6901, for a URI fragment. A lone surrogate cannot be percent-encoded. */
function escapeKey(key: string): string {
  const escaped = key.replaceAll('~', '~0').replaceAll('/', '~1');
  return encodeURIComponent(escaped.replace(/\p{Surrogate}/gu, '\uFFFD'));
}
