import { PassThrough } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { dropRest } from '../http/end-after-request.js';
import type { HttpProblem } from '../http/http-problem.js';

/** Answers at once, even if the request is still arriving: see `endAfterRequest`. */
export function sendProblem(reply: FastifyReply, problem: HttpProblem): FastifyReply {
  const text = JSON.stringify(problem);
  const { raw: request } = reply.request;
  reply.code(problem.status).headers({ ...problem.headers, 'content-type': 'application/problem+json' });
  if (request.complete || request.destroyed) return reply.send(text);

  const body = new PassThrough();
  body.write(text);
  dropRest(request, (isComplete) => {
    if (!isComplete) reply.raw.once('finish', () => request.destroy());
    body.end();
  });
  return reply.header('content-length', Buffer.byteLength(text)).send(body);
}
