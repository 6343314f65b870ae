import { HttpProblem } from 'anywise/express';
import type { Request, RequestHandler } from 'express';
import type { Authentication } from '../config/authentication.js';
import { setCurrentUser } from './user.js';
import { challenge, createVerifier } from './verify.js';

/** Only lets requests with a valid bearer token pass; `currentUser` returns its user. */
export function bearer(auth: Authentication): RequestHandler {
  const verify = createVerifier(auth);
  return async (request, _response, next) => {
    setCurrentUser(request, await verify(readToken(request)));
    next();
  };
}

function readToken(request: Request): string {
  const [header, ...more] = request.headersDistinct.authorization ?? [];
  if (header === undefined) {
    throw unauthorized('The request has no `Authorization` header: send `Authorization: Bearer <token>`.');
  }
  if (more.length > 0) throw ambiguous();
  const token = /^Bearer +([\w.~+/-]+=*)$/i.exec(header)?.[1];
  if (token === undefined) throw unauthorized('The `Authorization` header is not of the form `Bearer <token>`.');
  return token;
}

/** RFC 6750, section 3.1: a request without a token gets no error code. */
function unauthorized(detail: string): HttpProblem {
  return new HttpProblem(401, { detail, headers: { 'www-authenticate': challenge } });
}

/** A proxy in between may have checked a different one. */
function ambiguous(): HttpProblem {
  return new HttpProblem(400, {
    detail: 'The request has more than one `Authorization` header: send one.',
    headers: { 'www-authenticate': `${challenge}, error="invalid_request"` },
  });
}
