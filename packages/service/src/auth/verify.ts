import { HttpProblem } from 'anywise/express';
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyOptions } from 'jose';
import type { Authentication } from '../config/authentication.js';
import type { User } from './user.js';

export const challenge = 'Bearer realm="anywise"';

/** The one algorithm of shared secrets. */
export const secretAlgorithm = 'HS256';

/** Asymmetric signatures only. A shared secret among the public keys would be public. */
const publicKeyAlgorithms = [
  ...['RS256', 'RS384', 'RS512'],
  ...['PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512'],
  ...['EdDSA', 'Ed25519'],
];

const clockToleranceSeconds = 5;
const keysTimeoutMs = 5_000;

/**
 * Creates a check for tokens: the signature, the required `exp` and `sub`, `nbf` if present, and `iss` and `aud` if
 * configured. It accepts either HS256 or public keys, never both, so a public key cannot pass for a secret.
 */
export function createVerifier(auth: Authentication): (token: string) => Promise<User> {
  const decode = createDecoder(auth);
  return async (token) => {
    const { sub, role } = await decode(token).catch((error: unknown) => {
      throw refusalOf(error, auth);
    });
    if (!isUserId(sub)) throw invalidToken('Its `sub` claim names no user.');
    return { id: sub, ...roleOf(role) };
  };
}

function createDecoder(auth: Authentication): (token: string) => Promise<JWTPayload> {
  const options = {
    algorithms: auth.kind === 'secret' ? [secretAlgorithm] : publicKeyAlgorithms,
    requiredClaims: ['sub', 'exp'],
    clockTolerance: clockToleranceSeconds,
    ...(auth.issuer !== undefined && { issuer: auth.issuer }),
    ...(auth.audience !== undefined && { audience: auth.audience }),
  } satisfies JWTVerifyOptions;
  if (auth.kind === 'secret') {
    const key = new TextEncoder().encode(auth.secret);
    return async (token) => (await jwtVerify(token, key, options)).payload;
  }
  const keys = createRemoteJWKSet(auth.url, { timeoutDuration: keysTimeoutMs });
  return async (token) => (await jwtVerify(token, keys, options)).payload;
}

/** Only a known role as a string grants rights; a list of roles grants none. */
function roleOf(role: unknown): Pick<User, 'role'> {
  return role === 'support' ? { role } : {};
}

/** It is used in keys and columns, so it must suit a database, and be no longer than OpenID Connect allows. */
function isUserId(sub: unknown): sub is string {
  return typeof sub === 'string' && /^[^\p{Cc}\p{Surrogate}]{1,255}$/u.test(sub);
}

function refusalOf(error: unknown, { kind }: Authentication): unknown {
  if (kind === 'jwks' && isOutage(error)) {
    return new HttpProblem(503, {
      detail: 'Tokens cannot be checked at the moment. Try again later.',
      headers: { 'retry-after': '5' },
      cause: error,
    });
  }
  return error instanceof errors.JOSEError ? invalidToken(reasonOf(error, kind), error) : error;
}

/** Whether the keys could not be fetched, which proves nothing about the token. */
function isOutage(error: unknown): boolean {
  if (!(error instanceof errors.JOSEError)) return true;
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return true;
  // The answer was not 200, or not JSON.
  return error.code === errors.JOSEError.code;
}

function reasonOf(error: errors.JOSEError, kind: Authentication['kind']): string {
  if (error instanceof errors.JWTExpired) return 'It has expired.';
  if (error instanceof errors.JWTClaimValidationFailed) return `Its \`${error.claim}\` claim is missing or wrong.`;
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'Its signature is not ours.';
  if (error instanceof errors.JWKSNoMatchingKey) return 'It is signed with an unknown key.';
  if (error instanceof errors.JWKSMultipleMatchingKeys) return 'Its `kid` does not identify the key that signed it.';
  if (!(error instanceof errors.JOSEAlgNotAllowed)) return 'It is not a signed JSON Web Token.';
  return kind === 'secret'
    ? `It is not signed with ${secretAlgorithm}.`
    : 'It is not signed with a public key algorithm.';
}

function invalidToken(reason: string, cause?: unknown): HttpProblem {
  return new HttpProblem(401, {
    detail: `The token is refused. ${reason}`,
    headers: { 'www-authenticate': `${challenge}, error="invalid_token"` },
    cause,
  });
}
