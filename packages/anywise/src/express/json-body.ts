import type { IncomingHttpHeaders } from 'node:http';
import type { RequestHandler } from 'express';
import { HttpProblem } from './http-problem.js';
import { parseJson } from './parse-json.js';
import { readBody } from './read-body.js';
import { bodyTooLarge } from './request-errors.js';

/** Reads a JSON body into `request.body`. Skips a request without a body, or whose body has been read already. */
export function jsonBody(limitBytes: number): RequestHandler {
  return async (request, _response, next) => {
    const wasRead = request.body !== undefined || request.readableEnded;
    if (!wasRead && hasBody(request.headers)) {
      if (request.is(['json', '+json']) === false) {
        throw new HttpProblem(415, { detail: 'The body must be JSON: send it with `content-type: application/json`.' });
      }
      if (!isUtf8(request.headers)) {
        throw new HttpProblem(415, { detail: 'The charset of the body is not supported: send UTF-8.' });
      }
      if (Number(request.headers['content-length']) > limitBytes) throw bodyTooLarge(limitBytes);
      request.body = parseJson(await readBody(request, limitBytes));
    }
    next();
  };
}

function hasBody(headers: IncomingHttpHeaders): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** JSON is UTF-8 (RFC 8259), which includes ASCII. */
function isUtf8({ 'content-type': type = '' }: IncomingHttpHeaders): boolean {
  const charset = /;\s*charset\s*=\s*"?([^\s";]*)/i.exec(type)?.[1] ?? 'utf-8';
  return ['utf-8', 'utf8', 'us-ascii'].includes(charset.toLowerCase());
}
