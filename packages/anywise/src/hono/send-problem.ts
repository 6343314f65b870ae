import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { HttpProblem } from '../http/http-problem.js';

export function sendProblem(context: Context, problem: HttpProblem): Response {
  const headers = { ...problem.headers, 'content-type': 'application/problem+json' };
  // An `HttpProblem` has a status from 400 to 599.
  return context.body(JSON.stringify(problem), problem.status as ContentfulStatusCode, headers);
}
