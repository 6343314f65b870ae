import { HttpProblem } from './http-problem.js';

export function bodyTooLarge(limitBytes: unknown): HttpProblem {
  return new HttpProblem(413, { detail: `The body is larger than ${String(limitBytes)} bytes.` });
}

/** The client left while its body was being read: nobody waits for an answer. */
export function isAborted(error: unknown): boolean {
  return asHttpError(error).type === 'request.aborted';
}

/**
 * What the request did wrong, where Express, its body parser or other middleware found it. These say so by the convention of
 * `http-errors`: a status from 400 to 499, and `expose` where the message may be shown.
 */
export function requestProblem(error: unknown): HttpProblem | undefined {
  const { name, message = '', status = 0, expose, type, limit, body } = asHttpError(error);
  if (status < 400 || status > 499) return undefined;
  if (name === 'URIError') return new HttpProblem(400, { detail: 'The path has a broken percent-encoding.' });
  if (expose !== true) return undefined;
  switch (type) {
    case 'entity.parse.failed':
      return new HttpProblem(400, { detail: `The body is not valid JSON${whereItBroke(message, body)}.` });
    case 'entity.too.large':
      return bodyTooLarge(limit);
    case 'charset.unsupported':
      return new HttpProblem(415, { detail: 'The charset of the body is not supported: send UTF-8.' });
    case 'encoding.unsupported':
      return new HttpProblem(415, { detail: 'The content encoding of the body is not supported: send gzip or none.' });
    default:
      return new HttpProblem(status, { detail: message });
  }
}

interface HttpError {
  readonly name: string;
  readonly message: string;
  readonly status: number;
  readonly expose: boolean;
  readonly type: string;
  readonly limit: number;
  readonly body: unknown;
}

function asHttpError(error: unknown): Partial<HttpError> {
  return typeof error === 'object' && error !== null ? error : {};
}

function whereItBroke(message: string, body: unknown): string {
  if (message.includes('end of JSON input')) return ': it ends too early';
  const position = Number(/at position (\d+)/.exec(message)?.[1]);
  if (Number.isNaN(position) || typeof body !== 'string') return '';
  const before = body.slice(0, position);
  return `: it breaks at line ${before.split('\n').length}, column ${position - before.lastIndexOf('\n')}`;
}
