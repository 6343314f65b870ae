import { HttpProblem } from './http-problem.js';
import { parseJson } from './parse-json.js';
import { readBody, type BodyStream } from './read-body.js';
import { bodyTooLarge, notJson } from './request-errors.js';

/** The headers that say what a body is. */
export interface BodyHeaders {
  readonly 'content-type'?: string | undefined;
  readonly 'content-length'?: string | undefined;
  readonly 'content-encoding'?: string | undefined;
  readonly 'transfer-encoding'?: string | undefined;
}

/**
 * Nothing for a body of unknown length that turns out to be empty.
 *
 * @throws HttpProblem (400, 413 or 415) for a body that is not JSON, broken or too large.
 */
export async function readJsonBody(stream: BodyStream, headers: BodyHeaders, limitBytes: number): Promise<unknown> {
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity' } = headers;
  if (!isJson.test(type)) throw notJson();
  if (!isUtf8(type)) {
    throw new HttpProblem(415, { detail: 'The charset of the body is not supported: send UTF-8.' });
  }
  if (Number(headers['content-length']) > limitBytes) throw bodyTooLarge(limitBytes);
  const bytes = await readBody(stream, encoding, limitBytes);
  return bytes.length === 0 && !hasBody(headers) ? undefined : parseJson(bytes);
}

export function hasBody(headers: BodyHeaders): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** `application/json`, or a type that is built on JSON. */
const isJson = /^\s*(?:application\/json|[\w!#$&^.-]+\/[\w!#$&^.+-]+\+json)\s*(?:;|$)/i;

/** JSON is UTF-8 (RFC 8259), which includes ASCII. */
function isUtf8(type: string): boolean {
  const charset = /;\s*charset\s*=\s*"?([^\s";]*)/i.exec(type)?.[1] ?? 'utf-8';
  return ['utf-8', 'utf8', 'us-ascii'].includes(charset.toLowerCase());
}
