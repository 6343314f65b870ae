import type { RequestHandler } from 'express';
import { hasBody, readJsonBody } from '../http/json-body.js';

/** Reads a JSON body into `request.body`. Skips a request without a body, or whose body has been read already. */
export function jsonBody(limitBytes: number): RequestHandler {
  return async (request, _response, next) => {
    const wasRead = request.body !== undefined || request.readableEnded;
    if (!wasRead && hasBody(request.headers)) {
      request.body = await readJsonBody(request, request.headers, limitBytes);
    }
    next();
  };
}
