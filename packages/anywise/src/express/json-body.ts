import type { IncomingHttpHeaders } from 'node:http';
import { json, type RequestHandler } from 'express';
import { HttpProblem } from './http-problem.js';
import { bodyTooLarge } from './request-errors.js';

/** Reads a JSON body into `request.body`. A request without a body passes. */
export function jsonBody(limitBytes: number): RequestHandler {
  // Not strict: any JSON passes here, so that what is not an object gets a truer answer than "not valid JSON".
  const parse: RequestHandler = json({ limit: limitBytes, strict: false, type: () => true });
  return (request, response, next) => {
    if (!hasBody(request.headers)) {
      next();
      return;
    }
    if (request.is(['json', '+json']) === false) {
      throw new HttpProblem(415, { detail: 'The body must be JSON: send it with `content-type: application/json`.' });
    }
    // The parser would take in the whole body before it says no.
    if (Number(request.headers['content-length']) > limitBytes) throw bodyTooLarge(limitBytes);
    parse(request, response, next);
  };
}

function hasBody(headers: IncomingHttpHeaders): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
