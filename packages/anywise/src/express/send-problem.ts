import type { Response } from 'express';
import { endAfterRequest } from '../http/end-after-request.js';
import type { HttpProblem } from '../http/http-problem.js';

export function sendProblem(response: Response, problem: HttpProblem): void {
  const text = JSON.stringify(problem);
  response.status(problem.status).set({ ...problem.headers, 'content-type': 'application/problem+json' });
  response.set('content-length', String(Buffer.byteLength(text)));
  endAfterRequest(response, text);
}
