import { AnywiseError } from '../errors/errors.js';
import type { Issue } from '../errors/errors.js';
import { parseEnvelope, type Envelope } from './envelope.js';
import { newId } from './id.js';

/** The data of an answer of kind `error`. */
export interface AnswerError {
  /** One of the codes of `AnywiseError`, or `DOMAIN_ERROR`. */
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  /** The wire name of a domain error. */
  readonly type?: string;
  /** The data of a domain error. */
  readonly data?: unknown;
  /** What is wrong with the data of the request. */
  readonly issues?: readonly Issue[];
}

/** What a request is answered with: the reply of its handler, or why there is none. */
export type AnswerContent =
  { readonly kind: 'reply'; readonly data: unknown } | { readonly kind: 'error'; readonly data: AnswerError };

/** Makes the envelope that answers a request. @param source who answers, such as `/payments`. */
export function answerTo(request: Envelope, source: string, { kind, data }: AnswerContent): Envelope {
  const { id, type, schemaversion, correlationid } = request;
  return {
    specversion: '1.0',
    id: newId(),
    source,
    type,
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    kind,
    schemaversion,
    correlationid,
    causationid: id,
    data,
  };
}

/** Why an envelope does not answer a request; `undefined` if it does. */
export function answerProblem(request: Envelope, { kind, type, causationid }: Envelope): string | undefined {
  if (kind !== 'reply' && kind !== 'error') return `its kind is \`${kind}\``;
  if (type !== request.type) return `its type is \`${type}\``;
  return causationid === request.id ? undefined : 'it answers another request';
}

/**
 * Reads the answer to a request from its JSON.
 *
 * @throws AnywiseError (`UNREADABLE_MESSAGE`) if it is not an answer to this request.
 */
export function parseAnswer(request: Envelope, json: string): Envelope {
  const answer = parseEnvelope(json);
  const problem = answerProblem(request, answer);
  if (problem === undefined) return answer;
  throw new AnywiseError(
    'UNREADABLE_MESSAGE',
    `\`${request.type}\` (${request.id}) got an answer that cannot be one: ${problem}. Whether it was handled is not known.`,
  );
}
