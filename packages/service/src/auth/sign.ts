import { SignJWT } from 'jose';
import type { ExpectedClaims } from '../config/authentication.js';
import { readAuth } from '../config/config.js';
import { ConfigError, type Environment } from '../config/variable.js';
import { secretAlgorithm } from './verify.js';

/** Options of {@link signToken}. */
export interface TokenOptions extends ExpectedClaims {
  /** Becomes the token's `sub`. */
  readonly user: string;
  /** Becomes the token's `role`. @defaultValue none */
  readonly role?: string | undefined;
  readonly secret: string;
  readonly expiresInSeconds: number;
}

/** Signs a token that `bearer` accepts. */
export async function signToken(options: TokenOptions): Promise<string> {
  const { user, role, secret, expiresInSeconds, issuer, audience } = options;
  const now = Math.floor(Date.now() / 1000);
  const token = new SignJWT(role === undefined ? {} : { role })
    .setProtectedHeader({ alg: secretAlgorithm, typ: 'JWT' })
    .setSubject(user)
    .setIssuedAt(now)
    .setExpirationTime(now + expiresInSeconds);
  if (issuer !== undefined) token.setIssuer(issuer);
  if (audience !== undefined) token.setAudience(audience);
  return token.sign(new TextEncoder().encode(secret));
}

const workingDaySeconds = 12 * 60 * 60;

/**
 * Signs a token for trying out the services, valid for a working day.
 *
 * @throws ConfigError if the environment has no secret to sign with.
 */
export async function signDevToken(
  whose: Pick<TokenOptions, 'user' | 'role'>,
  env: Environment = process.env,
): Promise<string> {
  const auth = readAuth(env);
  if (auth.kind === 'secret') return signToken({ ...auth, ...whose, expiresInSeconds: workingDaySeconds });
  throw new ConfigError([
    {
      variable: 'AUTH_JWKS_URL',
      wrong: 'is set, so there is no secret to sign a token with',
      remedy: 'get a token from your identity provider',
    },
  ]);
}
