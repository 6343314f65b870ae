import { describe, expect, it } from '@jest/globals';
import { devAuthSecret } from './authentication.js';
import { readAuth } from './config.js';
import { ConfigError, type Environment } from './variable.js';

const mine = 'a secret of at least thirty-two bytes';

/** How tokens would be checked, or what is wrong. */
function read(env: Environment): unknown {
  try {
    return readAuth(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

const remedy = 'set it to a random secret of at least 32 bytes, such as `openssl rand -base64 32` prints.';

describe('the development secret', () => {
  const development = { kind: 'secret', secret: devAuthSecret };

  it.each([undefined, '', 'development', 'test'])('is used where NODE_ENV is %j', (NODE_ENV) => {
    expect(read({ NODE_ENV })).toMatchObject(development);
    expect(read({ NODE_ENV, AUTH_SECRET: devAuthSecret })).toMatchObject(development);
  });

  it.each(['staging', 'prod', 'Production', 'DEVELOPMENT', 'dev', ' '])(
    'is refused where NODE_ENV is %j',
    (NODE_ENV) => {
      expect(read({ NODE_ENV })).toBe(`\`AUTH_SECRET\` is not set, which \`NODE_ENV=${NODE_ENV}\` demands: ${remedy}`);
    },
  );

  it('is refused in production', () => {
    expect(read({ NODE_ENV: 'production' })).toBe(`\`AUTH_SECRET\` is not set, which production demands: ${remedy}`);
    expect(read({ NODE_ENV: 'production', AUTH_SECRET: devAuthSecret })).toBe(
      `\`AUTH_SECRET\` is the development secret, which is public: ${remedy}`,
    );
  });

  it.each(['localhost', 'LOCALHOST', '127.0.0.1', '127.8.9.1', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1', ''])(
    'is used where only this machine reaches the service, at %j',
    (ANYWISE_HOST) => {
      expect(read({ ANYWISE_HOST })).toMatchObject(development);
    },
  );

  it.each([
    '0.0.0.0',
    '::',
    '10.0.0.1',
    '127.0.0.1.example.com',
    'localhost.example.com',
    '::ffff:10.0.0.1',
    '1270.0.0.1',
  ])('is refused where others may reach the service, at %j', (ANYWISE_HOST) => {
    expect(read({ ANYWISE_HOST })).toBe(
      `\`AUTH_SECRET\` is not set, which listening on \`${ANYWISE_HOST}\` demands: ${remedy}`,
    );
    expect(read({ ANYWISE_HOST, AUTH_SECRET: devAuthSecret })).toMatch('is the development secret, which is public');
  });
});

describe("a secret of one's own", () => {
  it.each([{}, { NODE_ENV: 'production' }, { ANYWISE_HOST: '0.0.0.0' }])('is used with %j', (env) => {
    expect(read({ ...env, AUTH_SECRET: mine })).toMatchObject({ kind: 'secret', secret: mine });
  });

  it.each([{}, { NODE_ENV: 'test' }, { NODE_ENV: 'production' }])('has at least 32 bytes, with %j', (env) => {
    expect(read({ ...env, AUTH_SECRET: 'ü'.repeat(16) })).toMatchObject({ kind: 'secret' });
    expect(read({ ...env, AUTH_SECRET: 'hunter2' })).toBe(`\`AUTH_SECRET\` is only 7 bytes long: ${remedy}`);
  });
});

describe('public keys', () => {
  const AUTH_JWKS_URL = 'https://auth.example.com/.well-known/jwks.json';

  it('replace the secret, also in production', () => {
    expect(read({ NODE_ENV: 'production', ANYWISE_HOST: '0.0.0.0', AUTH_JWKS_URL })).toEqual({
      kind: 'jwks',
      url: new URL(AUTH_JWKS_URL),
    });
  });

  it('come with the claims that are expected', () => {
    const env = { AUTH_JWKS_URL, AUTH_ISSUER: 'https://auth.example.com', AUTH_AUDIENCE: 'shop' };
    expect(read(env)).toMatchObject({ issuer: 'https://auth.example.com', audience: 'shop' });
  });

  it.each(['http://localhost:8080/keys', 'http://127.0.0.1/keys', 'http://[::1]:8080/keys'])(
    'may come over plain HTTP from this machine: %s',
    (url) => {
      expect(read({ AUTH_JWKS_URL: url })).toMatchObject({ kind: 'jwks' });
    },
  );

  it('refuses a URL with a user or a password in it, and shows neither', () => {
    const url = 'https://ada:hunter2@auth.example.com/keys';
    expect(read({ AUTH_JWKS_URL: url })).toBe(
      '`AUTH_JWKS_URL` has a user or a password in it: set it to the address alone, as keys are public.',
    );
  });

  it.each(['http://auth.example.com/keys', 'file:///etc/keys', 'auth.example.com', 'https://', 'data:,{}'])(
    'come from no URL such as %s, which is not shown',
    (url) => {
      expect(read({ AUTH_JWKS_URL: url })).toBe(
        '`AUTH_JWKS_URL` is not an `https:` URL: set it to a JSON Web Key Set, such as `https://auth.example.com/.well-known/jwks.json`.',
      );
    },
  );

  it('are not used beside a secret', () => {
    expect(read({ AUTH_JWKS_URL, AUTH_SECRET: mine })).toBe(
      '`AUTH_SECRET` is set, and so is `AUTH_JWKS_URL`: unset one of them, because only one kind of token is accepted.',
    );
  });
});
