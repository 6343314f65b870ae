import { shownValue } from 'anywise/connect';
import { isDevelopment, isLoopback, modeOf } from './mode.js';
import { present, type Environment, type Reading } from './variable.js';

/** How bearer tokens are checked. */
export type Authentication = (SharedSecret | PublicKeys) & ExpectedClaims;

/** Tokens are signed with HS256 and a secret that the services share. */
export interface SharedSecret {
  readonly kind: 'secret';
  readonly secret: string;
}

/** Tokens are signed by an identity provider, which publishes its keys. */
export interface PublicKeys {
  readonly kind: 'jwks';
  /** The URL of the keys, a JSON Web Key Set. */
  readonly url: URL;
}

/** Required claims of tokens. */
export interface ExpectedClaims {
  /** Their `iss`. @defaultValue anything */
  readonly issuer?: string | undefined;
  /** Must be their `aud`, or one of them. @defaultValue anything */
  readonly audience?: string | undefined;
}

/** It is public, so it is only fit for development on your own machine. */
export const devAuthSecret = 'anywise-development-secret-never-use-it-in-production';

/** @param host where the service listens: with the development secret, only this machine may reach it. */
export function readAuthentication(host: string, reading: Reading): Authentication {
  const { env } = reading;
  const claims = { issuer: present(env.AUTH_ISSUER), audience: present(env.AUTH_AUDIENCE) };
  const url = present(env.AUTH_JWKS_URL);
  return { ...(url === undefined ? readSecret(host, reading) : readJwksUrl(url, reading)), ...claims };
}

function readJwksUrl(text: string, { env, problems }: Reading): PublicKeys {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && (url.username !== '' || url.password !== '')) {
    problems.push({
      variable: 'AUTH_JWKS_URL',
      wrong: 'has a user or a password in it',
      remedy: 'set it to the address alone, as keys are public',
    });
  } else if (url === undefined || !isSafe(url)) {
    problems.push({
      variable: 'AUTH_JWKS_URL',
      // Its value is not shown, because it may contain a password.
      wrong: 'is not an `https:` URL',
      remedy: 'set it to a JSON Web Key Set, such as `https://auth.example.com/.well-known/jwks.json`',
    });
  }
  if (present(env.AUTH_SECRET) !== undefined) {
    problems.push({
      variable: 'AUTH_SECRET',
      wrong: 'is set, and so is `AUTH_JWKS_URL`',
      remedy: 'unset one of them, because only one kind of token is accepted',
    });
  }
  return { kind: 'jwks', url: url ?? new URL('https://unreadable.invalid') };
}

/** Keys fetched over an open network cannot be trusted. */
function isSafe({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname.replace(/^\[(.*)\]$/, '$1')));
}

function readSecret(host: string, { env, problems }: Reading): SharedSecret {
  const secret = present(env.AUTH_SECRET);
  const wrong = weaknessOf(secret, reasonForASecret(host, env));
  const remedy = 'set it to a random secret of at least 32 bytes, such as `openssl rand -base64 32` prints';
  if (wrong !== undefined) problems.push({ variable: 'AUTH_SECRET', wrong, remedy });
  return { kind: 'secret', secret: secret ?? devAuthSecret };
}

/** Why a real secret is required; `undefined` if the development secret is enough. */
function reasonForASecret(host: string, env: Environment): string | undefined {
  if (!isDevelopment(env)) return modeOf(env);
  return isLoopback(host) ? undefined : `listening on \`${shownValue(host)}\``;
}

function weaknessOf(secret: string | undefined, reason: string | undefined): string | undefined {
  if (secret === undefined) return reason === undefined ? undefined : `is not set, which ${reason} demands`;
  if (secret === devAuthSecret) return reason === undefined ? undefined : 'is the development secret, which is public';
  const bytes = Buffer.byteLength(secret);
  return bytes < 32 ? `is only ${bytes} bytes long` : undefined;
}
