import { AnywiseError, InvalidMessageError, type Issue } from '../errors/errors.js';
import type { ErrorCode } from '../errors/codes.js';
import { errorText } from '../errors/thrown.js';
import type { AnswerError } from '../message/answer.js';
import type { Envelope } from '../message/envelope.js';
import { sliceOf, type MessageClass } from '../message/message.js';
import { validate } from '../message/schema.js';
import { nameOf } from './remote-errors.js';

/** The codes that mean the same at the sender as at the responder, and whether the sender may try again. */
const passedOn: Readonly<Partial<Record<ErrorCode, boolean>>> = {
  CONFLICT: true,
  IDEMPOTENCY_CONFLICT: false,
  MESSAGE_TOO_LARGE: false,
  NOT_FOUND: false,
  NO_RESPONDER: true,
  OVERLOADED: true,
  RATE_LIMITED: true,
  TIMEOUT: true,
  UNSUPPORTED_VERSION: true,
};

/** How long the text of another service may be, in characters. */
const longestText = 1_000;

/**
 * The reply in an answer, as the contract declares it; what the contract does not know is left out.
 *
 * @throws the error that the answer carries, or AnywiseError (`UNREADABLE_MESSAGE`) if it is neither.
 */
export function readAnswer(message: MessageClass, request: Envelope, answer: Envelope): unknown {
  if (answer.kind === 'error') throw errorIn(message, request, answer.data);
  if (message.reply === undefined) return undefined;
  try {
    return validate(message.type, message.reply, answer.data);
  } catch (error) {
    if (!(error instanceof InvalidMessageError)) throw error;
    throw unreadable(request, `a reply that its contract does not allow (${error.message})`, error);
  }
}

function errorIn(message: MessageClass, request: Envelope, data: unknown): Error {
  const { code, message: text, retryable, type, data: content, issues } = Object(data) as Partial<AnswerError>;
  if (code === 'DOMAIN_ERROR') return domainErrorIn(message, request, type, content);
  if (code === 'INVALID_MESSAGE') return new InvalidMessageError(request.type, issuesIn(issues));
  const isKnown = typeof code === 'string' && Object.hasOwn(passedOn, code);
  if (!isKnown) return failed(request, retryable === true);
  const known = code as ErrorCode;
  return new AnywiseError(known, textIn(text) ?? `${nameOf(request)} was not handled.`, {
    retryable: passedOn[known] === true && retryable !== false,
  });
}

function domainErrorIn(message: MessageClass, request: Envelope, type: unknown, data: unknown): Error {
  const declared = message.errors?.find((each) => each.type === type);
  if (declared === undefined) return failed(request, false);
  try {
    return new declared(data as never);
  } catch (error) {
    return unreadable(
      request,
      `\`${declared.type}\` with data that its contract does not allow (${errorText(error)})`,
      error,
    );
  }
}

/** What another service says is wrong, or that something is: it may say anything. */
function issuesIn(issues: unknown): readonly Issue[] {
  const given = Array.isArray(issues) ? (issues as readonly unknown[]) : [];
  const read = given.slice(0, 100).map((issue): Issue => {
    const { message, path } = Object(issue) as { readonly message?: unknown; readonly path?: unknown };
    const isPath = Array.isArray(path) && path.every((key) => typeof key === 'string' || typeof key === 'number');
    return { message: textIn(message) ?? 'is invalid', ...(isPath && { path: path }) };
  });
  return read.length > 0 ? read : [{ message: 'is invalid' }];
}

function textIn(text: unknown): string | undefined {
  return typeof text === 'string' && text !== '' ? text.slice(0, longestText) : undefined;
}

function failed(request: Envelope, retryable: boolean): AnywiseError {
  const text = `${nameOf(request)} failed in \`${sliceOf(request.type)}\`, whose log says why. Look for the id there.`;
  return new AnywiseError('REMOTE_FAILED', text, { retryable });
}

function unreadable(request: Envelope, what: string, cause: unknown): AnywiseError {
  const text = `${nameOf(request)} was handled by \`${sliceOf(request.type)}\`, but got ${what}. Deploy the same version of the contract on both sides.`;
  return new AnywiseError('UNREADABLE_MESSAGE', text, { cause });
}
