import { HttpProblem } from '../http/http-problem.js';
import { notJson } from '../http/request-errors.js';

/** The client error that Fastify itself found, by the convention of its error codes. Their messages are for callers. */
export function frameworkProblem(error: unknown): HttpProblem | undefined {
  const { code, statusCode = 500, message = '' } = asFastifyError(error);
  if (typeof code !== 'string' || !code.startsWith('FST_') || statusCode < 400 || statusCode > 499) return undefined;
  if (code === 'FST_ERR_BAD_URL') return new HttpProblem(400, { detail: 'The path has invalid percent-encoding.' });
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return notJson();
  return new HttpProblem(statusCode, { detail: message });
}

interface FastifyError {
  readonly code: string;
  readonly statusCode: number;
  readonly message: string;
}

function asFastifyError(error: unknown): Partial<FastifyError> {
  return typeof error === 'object' && error !== null ? error : {};
}
