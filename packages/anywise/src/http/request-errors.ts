import { HttpProblem } from './http-problem.js';

export function bodyTooLarge(limitBytes: number): HttpProblem {
  return new HttpProblem(413, { detail: `The body is larger than ${limitBytes} bytes.` });
}

export function notJson(): HttpProblem {
  return new HttpProblem(415, { detail: 'The body must be JSON: send it with `content-type: application/json`.' });
}

/** The client disconnected while its body was being read. Body-reading middleware reports it with this type. */
export const clientLeft: Error = Object.assign(new Error('The client disconnected while sending its request.'), {
  type: 'request.aborted',
});

/** Whether the client has disconnected, so that no answer would reach it. */
export function isAborted(error: unknown): boolean {
  return asHttpError(error).type === 'request.aborted';
}

/**
 * The client error that Express or other middleware reported, by the convention of `http-errors`: a status from 400 to 499,
 * and `expose` if the message may be shown.
 */
export function requestProblem(error: unknown): HttpProblem | undefined {
  const { name, message = '', status = 0, expose } = asHttpError(error);
  if (status < 400 || status > 499) return undefined;
  if (name === 'URIError') return new HttpProblem(400, { detail: 'The path has invalid percent-encoding.' });
  return expose === true ? new HttpProblem(status, { detail: message }) : undefined;
}

interface HttpError {
  readonly name: string;
  readonly message: string;
  readonly status: number;
  readonly expose: boolean;
  readonly type: string;
}

function asHttpError(error: unknown): Partial<HttpError> {
  return typeof error === 'object' && error !== null ? error : {};
}
