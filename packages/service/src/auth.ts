import { contextKey } from 'anywise';
import { HttpProblem } from 'anywise/express';
import type { Request, RequestHandler } from 'express';
import { errors, jwtVerify, SignJWT } from 'jose';

/** Who asks. */
export interface User {
  readonly id: string;
}

/** The context key under which handlers find who asks. */
export const CurrentUser = contextKey<User>('current-user');

const users = new WeakMap<Request, User>();
const algorithm = 'HS256';
const challenge = 'Bearer realm="anywise"';

/** Lets only requests with a valid bearer token (HS256, `sub`, `exp`) pass; {@link currentUser} tells whose it is. */
export function bearer(secret: string): RequestHandler {
  const key = keyOf(secret);
  return async (request, _response, next) => {
    users.set(request, await verify(readToken(request.headers.authorization), key));
    next();
  };
}

/** The user whose token `bearer` has accepted. */
export function currentUser(request: Request): User {
  const user = users.get(request);
  if (user === undefined) throw new Error('Nobody has checked this request: put `bearer(secret)` before its route.');
  return user;
}

/** What {@link signToken} puts into a token. */
export interface TokenOptions {
  /** Becomes the token's `sub`. */
  readonly user: string;
  readonly secret: string;
  readonly expiresInSeconds: number;
}

/** Signs a token that {@link bearer} accepts. */
export async function signToken({ user, secret, expiresInSeconds }: TokenOptions): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT()
    .setProtectedHeader({ alg: algorithm, typ: 'JWT' })
    .setSubject(user)
    .setIssuedAt(now)
    .setExpirationTime(now + expiresInSeconds)
    .sign(keyOf(secret));
}

function keyOf(secret: string): Uint8Array {
  return new TextEncoder().encode(secret);
}

function readToken(header: string | undefined): string {
  if (header === undefined) {
    throw unauthorized('The request has no `Authorization` header: send `Authorization: Bearer <token>`.');
  }
  const token = /^Bearer +([\w.~+/-]+=*)$/i.exec(header)?.[1];
  if (token === undefined) throw unauthorized('The `Authorization` header does not read `Bearer <token>`.');
  return token;
}

async function verify(token: string, key: Uint8Array): Promise<User> {
  const { payload } = await jwtVerify(token, key, {
    algorithms: [algorithm],
    requiredClaims: ['sub', 'exp'],
    clockTolerance: 5,
  }).catch((error: unknown) => {
    throw error instanceof errors.JOSEError ? invalidToken(reasonOf(error), error) : error;
  });
  if (typeof payload.sub !== 'string' || payload.sub === '') throw invalidToken('Its `sub` claim names no user.');
  return { id: payload.sub };
}

function reasonOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'It has expired.';
  if (error instanceof errors.JWTClaimValidationFailed) return `Its \`${error.claim}\` claim is missing or wrong.`;
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'Its signature is not ours.';
  if (error instanceof errors.JOSEAlgNotAllowed) return `It is not signed with ${algorithm}.`;
  return 'It is not a signed JSON Web Token.';
}

/** RFC 6750, section 3.1: a request that brought no token gets no error code. */
function unauthorized(detail: string): HttpProblem {
  return new HttpProblem(401, { detail, headers: { 'www-authenticate': challenge } });
}

function invalidToken(reason: string, cause?: unknown): HttpProblem {
  return new HttpProblem(401, {
    detail: `The token is refused. ${reason}`,
    headers: { 'www-authenticate': `${challenge}, error="invalid_token"` },
    cause,
  });
}
