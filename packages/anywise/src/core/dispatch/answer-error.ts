import type { ErrorCode } from '../errors/codes.js';
import { AnywiseError, type InvalidMessageError, type Issue } from '../errors/errors.js';
import { isTerminal } from '../errors/thrown.js';
import type { AnswerError } from '../message/answer.js';
import { DomainError } from '../message/domain-error.js';
import type { Envelope } from '../message/envelope.js';
import { mostIssues } from '../message/json.js';
import type { MessageClass } from '../message/message.js';
import { nameOf } from './remote-errors.js';

/** The codes whose texts say nothing that only this service may know. */
const passedOn: ReadonlySet<ErrorCode> = new Set([
  'CONFLICT',
  'IDEMPOTENCY_CONFLICT',
  'NOT_FOUND',
  'OVERLOADED',
  'RATE_LIMITED',
  'UNSUPPORTED_VERSION',
]);

/**
 * What another service is told of an error: all of a domain error that the contract declares, and what is wrong with the data
 * that it sent; of anything else only that there was one, so `undefined`. Never throws, whatever was thrown.
 */
export function answerError(message: MessageClass, thrown: unknown): AnswerError | undefined {
  try {
    return toldError(message, thrown);
  } catch {
    return undefined;
  }
}

function toldError(message: MessageClass, thrown: unknown): AnswerError | undefined {
  if (DomainError.is(thrown)) return domainError(message, thrown);
  if (!AnywiseError.is(thrown)) return undefined;
  const { code, message: text, retryable } = thrown;
  if (code === 'INVALID_MESSAGE') return invalidMessage(message, thrown);
  return passedOn.has(code) ? { code, message: text, retryable } : undefined;
}

function domainError({ errors = [] }: MessageClass, { type, message, data }: DomainError): AnswerError | undefined {
  if (!errors.some((declared) => declared.type === type)) return undefined;
  return { code: 'DOMAIN_ERROR', message, retryable: false, type, data };
}

/** Of the request itself, and not of a message that its handler has made. */
function invalidMessage({ type }: MessageClass, error: AnywiseError): AnswerError | undefined {
  // Not `instanceof`: it may come from another copy of this package.
  const { messageType, issues: all = [] } = error as Partial<Pick<InvalidMessageError, 'messageType' | 'issues'>>;
  if (messageType !== type) return undefined;
  const issues = all.slice(0, mostIssues).map(plainIssue);
  return { code: 'INVALID_MESSAGE', message: error.message, retryable: false, issues };
}

function plainIssue({ message, path }: Issue): Issue {
  if (path === undefined) return { message };
  const keys = Array.from(path, (part) => (typeof part === 'object' ? part.key : part));
  return { message, path: keys.map((key) => (typeof key === 'number' ? key : String(key))) };
}

/** What another service is told of an error that it may not know. */
export function hiddenError(request: Envelope, thrown: unknown): AnswerError {
  return { code: 'REMOTE_FAILED', message: `${nameOf(request)} failed.`, retryable: !isTerminal(thrown) };
}

/** What another service is told of a request for which it left too little time. */
export function timeoutError(request: Envelope): AnswerError {
  const message = `${nameOf(request)} was not handled in the time that its sender had left; nothing was committed.`;
  return { code: 'TIMEOUT', message, retryable: true };
}
