import { errorCodes, type ErrorCode } from '../core/errors/codes.js';
import { AnywiseError, InvalidMessageError, type Issue } from '../core/errors/errors.js';
import type { MessageClass } from '../core/message/message.js';
import { validate } from '../core/message/schema.js';
import { ProblemError, type ProblemDocument } from './problem-error.js';

/** What a server answered. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  /** Its content type, without parameters. */
  readonly type: string;
  /** `POST /orders`, for error texts. */
  readonly request: string;
}

/**
 * The reply in an answer, as the contract declares it; what the contract does not know is left out.
 *
 * @throws the domain error, `InvalidMessageError`, AnywiseError or ProblemError that it carries instead.
 */
export function replyIn(message: MessageClass, answer: Answer): unknown {
  if (answer.status < 200 || answer.status > 299) return nothingOrError(message, answer);
  if (message.reply === undefined) return undefined;
  const data = parse(answer);
  try {
    return validate(message.type, message.reply, data);
  } catch (error) {
    if (!(error instanceof InvalidMessageError)) throw error;
    throw unreadable(answer, `a reply that its contract does not allow (${error.message})`, error);
  }
}

/** A query that found nothing is answered with 404, where its reply may be `null`. */
function nothingOrError(message: MessageClass, answer: Answer): unknown {
  const problem = problemIn(answer);
  const isMissing = answer.status === 404 && problem.status === 404 && problem.code === undefined;
  if (isMissing && answer.request.startsWith('GET ') && allowsNull(message)) return null;
  throw errorIn(message, answer, problem);
}

function allowsNull({ reply }: MessageClass): boolean {
  const result = reply?.['~standard'].validate(null);
  return result !== undefined && 'value' in result;
}

/** Statuses after which the same request may succeed. */
const passing = new Set([408, 425, 429, 502, 503, 504]);

function errorIn(message: MessageClass, answer: Answer, problem: ProblemDocument): Error {
  const { status, request } = answer;
  const declared = message.errors?.find(({ type }) => type === problem.type);
  if (declared !== undefined) {
    try {
      return new declared(problem.data as never);
    } catch (error) {
      return unreadable(answer, `\`${declared.type}\` with data that its contract does not allow`, error);
    }
  }
  if (problem.code === 'INVALID_MESSAGE') return new InvalidMessageError(message.type, issuesIn(problem));
  const retryable = passing.has(status);
  if (isCode(problem.code)) {
    return new AnywiseError(problem.code, `${request}: ${problem.detail ?? 'no reason was given'}`, { retryable });
  }
  return new ProblemError(status, problem, { request, retryable });
}

function isCode(code: string | undefined): code is ErrorCode {
  return (errorCodes as readonly (string | undefined)[]).includes(code);
}

function issuesIn({ errors, detail }: ProblemDocument): readonly Issue[] {
  // Another server may say anything.
  const issues = (Array.isArray(errors) ? errors : []) as readonly {
    readonly pointer?: unknown;
    readonly detail?: unknown;
  }[];
  if (issues.length === 0) return [{ message: detail ?? 'is invalid' }];
  return issues.map((issue) => {
    const { pointer, detail: text } = issue;
    const parts = typeof pointer === 'string' ? pointer.replace(/^#\/?/, '').split('/') : [];
    const path = parts.filter((part) => part !== '').map(unescape);
    return { message: typeof text === 'string' ? text : 'is invalid', path };
  });
}

function unescape(part: string): string {
  try {
    return decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
  } catch {
    return part;
  }
}

function problemIn(answer: Answer): ProblemDocument {
  if (answer.type !== 'application/problem+json') return {};
  try {
    return Object(JSON.parse(answer.text)) as ProblemDocument;
  } catch {
    return {};
  }
}

function parse(answer: Answer): unknown {
  try {
    return JSON.parse(answer.text) as unknown;
  } catch (error) {
    throw unreadable(answer, 'what is not JSON', error);
  }
}

function unreadable({ request, status }: Answer, what: string, cause: unknown): AnywiseError {
  return new AnywiseError(
    'UNREADABLE_MESSAGE',
    `${request} was answered with ${status} and ${what}. Are URL and contract those of the service?`,
    {
      cause,
    },
  );
}
