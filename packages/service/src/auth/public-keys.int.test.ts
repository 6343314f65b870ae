import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import { problems } from 'anywise/express';
import express from 'express';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, type JWK } from 'jose';
import supertest from 'supertest';
import { bearer } from './bearer.js';
import { currentUser } from './user.js';

const inAnHour = Math.floor(Date.now() / 1000) + 3600;

async function makeKey(alg: string, kid: string) {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk: JWK = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' };
  const sign = (header: object = {}) =>
    new SignJWT({ sub: 'ada', exp: inAnHour }).setProtectedHeader({ alg, kid, ...header }).sign(privateKey);
  return { jwk, publicKey, sign };
}

/** An identity provider with given answers, and a service that trusts it. */
async function createWorld(answer: RequestListener) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`);
  const errors: unknown[] = [];
  const app = express()
    .get('/me', bearer({ kind: 'jwks', url }), (request, response) => void response.json(currentUser(request)))
    .use(problems({ onError: (error) => errors.push(error) }));
  return {
    errors,
    ask: (token: string) => supertest(app).get('/me').set('authorization', `Bearer ${token}`),
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

const publish =
  (...keys: readonly JWK[]): RequestListener =>
  (_request, response) =>
    response.end(JSON.stringify({ keys }));

it.each(['RS256', 'PS384', 'ES256', 'EdDSA'])('accepts a token that the provider signed with %s', async (alg) => {
  const key = await makeKey(alg, 'k-1');
  await using world = await createWorld(publish(key.jwk));
  const response = await world.ask(await key.sign());
  expect(response.body).toEqual({ id: 'ada' });
});

it('refuses a token signed with a key that the provider does not publish', async () => {
  const [known, unknown] = [await makeKey('ES256', 'known'), await makeKey('ES256', 'unknown')];
  await using world = await createWorld(publish(known.jwk));
  expect((await world.ask(await known.sign())).status).toBe(200);
  expect((await world.ask(await unknown.sign())).body).toMatchObject({
    status: 401,
    detail: 'The token is refused. It is signed with an unknown key.',
  });
});

it('refuses a token that was signed with the public key as if that were a secret', async () => {
  const { jwk, publicKey } = await makeKey('RS256', 'k-1');
  await using world = await createWorld(publish(jwk));
  const secrets = [await exportSPKI(publicKey), JSON.stringify(jwk), jwk.n ?? ''];
  for (const secret of secrets) {
    const forged = await new SignJWT({ sub: 'ada', exp: inAnHour })
      .setProtectedHeader({ alg: 'HS256', kid: 'k-1' })
      .sign(new TextEncoder().encode(secret.padEnd(32)));
    expect((await world.ask(forged)).body).toMatchObject({
      status: 401,
      detail: 'The token is refused. It is not signed with a public key algorithm.',
    });
  }
});

it('refuses a token signed with a secret, even if the provider publishes that secret', async () => {
  const secret = new TextEncoder().encode('a secret of at least thirty-two bytes');
  const jwk = { kty: 'oct', kid: 'k-1', alg: 'HS256', k: Buffer.from(secret).toString('base64url') };
  await using world = await createWorld(publish(jwk));
  const token = await new SignJWT({ sub: 'ada', exp: inAnHour })
    .setProtectedHeader({ alg: 'HS256', kid: 'k-1' })
    .sign(secret);
  expect((await world.ask(token)).status).toBe(401);
});

it('refuses a token of another key with the same name', async () => {
  const [ours, theirs] = [await makeKey('ES256', 'k-1'), await makeKey('ES256', 'k-1')];
  await using world = await createWorld(publish(ours.jwk));
  expect((await world.ask(await theirs.sign())).body).toMatchObject({
    detail: 'The token is refused. Its signature is not ours.',
  });
});

it('refuses a token that does not say which of two keys signed it', async () => {
  const [one, two] = [await makeKey('ES256', 'k-1'), await makeKey('ES256', 'k-2')];
  await using world = await createWorld(publish(one.jwk, two.jwk));
  expect((await world.ask(await one.sign({ kid: undefined }))).body).toMatchObject({
    detail: 'The token is refused. Its `kid` does not identify the key that signed it.',
  });
});

it.each<[kind: string, answer: RequestListener]>([
  ['fails', (_request, response) => response.writeHead(500).end()],
  ['sends the caller elsewhere', (_request, response) => response.writeHead(302, { location: '/elsewhere' }).end()],
  ['cuts the connection', (request) => request.socket.destroy()],
  ['answers what is not JSON', (_request, response) => response.end('<html>')],
  ['answers what is not a set of keys', (_request, response) => response.end('{"keys":1}')],
])('answers 503, and blames no token, while the provider %s', async (_kind, answer) => {
  const key = await makeKey('ES256', 'k-1');
  await using world = await createWorld(answer);
  const response = await world.ask(await key.sign());
  expect(response.headers['retry-after']).toBe('5');
  expect(response.headers).not.toHaveProperty('www-authenticate');
  expect(response.body).toMatchInlineSnapshot(`
    {
      "detail": "Tokens cannot be checked at the moment. Try again later.",
      "status": 503,
      "title": "Service Unavailable",
      "type": "about:blank",
    }
  `);
  expect(world.errors).toHaveLength(1);
});
