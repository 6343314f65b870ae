import { HTTPException } from 'hono/http-exception';
import { HttpProblem } from '../http/http-problem.js';

/** The client error that Hono or its middleware threw. Its message is for callers. */
export function frameworkProblem(error: unknown): HttpProblem | undefined {
  if (!(error instanceof HTTPException) || error.status < 400 || error.status > 499) return undefined;
  return new HttpProblem(error.status, {
    ...(error.message !== '' && { detail: error.message }),
    ...(error.res !== undefined && { headers: headersOf(error.res) }),
    cause: error,
  });
}

/** What an answer of its own says besides its body, such as `www-authenticate`. */
function headersOf({ headers }: Response): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => !name.startsWith('content-')));
}
