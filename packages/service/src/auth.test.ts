import { expect, it } from '@jest/globals';
import { problems } from 'anywise/express';
import express from 'express';
import { SignJWT, UnsecuredJWT, type JWTPayload } from 'jose';
import supertest from 'supertest';
import { bearer, currentUser, signToken } from './auth.js';

const secret = 'a secret of at least thirty-two bytes';
const inAnHour = Math.floor(Date.now() / 1000) + 3600;

async function ask(authorization?: string): Promise<supertest.Response> {
  const app = express()
    .get('/me', bearer(secret), (request, response) => void response.json(currentUser(request)))
    .use(problems());
  const request = supertest(app).get('/me');
  return authorization === undefined ? request : request.set('Authorization', authorization);
}

function sign(claims: JWTPayload, alg = 'HS256'): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg }).sign(new TextEncoder().encode(secret));
}

it('lets a request with a token of ours pass, in the name of its user', async () => {
  const token = await signToken({ user: 'ada', secret, expiresInSeconds: 60 });
  expect((await ask(`Bearer ${token}`)).body).toEqual({ id: 'ada' });
});

it('reads the scheme in any case', async () => {
  const token = await signToken({ user: 'ada', secret, expiresInSeconds: 60 });
  expect((await ask(`bearer ${token}`)).status).toBe(200);
});

it('forgives a clock that is a little ahead', async () => {
  const token = await signToken({ user: 'ada', secret, expiresInSeconds: -2 });
  expect((await ask(`Bearer ${token}`)).status).toBe(200);
});

it('asks a request without a token for one, and calls nothing invalid', async () => {
  const response = await ask();
  expect(response.status).toBe(401);
  expect(response.headers['www-authenticate']).toBe('Bearer realm="anywise"');
  expect(response.body).toMatchInlineSnapshot(`
    {
      "detail": "The request has no \`Authorization\` header: send \`Authorization: Bearer <token>\`.",
      "status": 401,
      "title": "Unauthorized",
      "type": "about:blank",
    }
  `);
});

it.each(['Basic YWRhOmFkYQ==', 'Bearer', 'Bearer two words'])(
  'does not take `%s` for a token',
  async (authorization) => {
    const response = await ask(authorization);
    expect(response.headers['www-authenticate']).toBe('Bearer realm="anywise"');
    expect(response.body).toMatchObject({
      status: 401,
      detail: 'The `Authorization` header does not read `Bearer <token>`.',
    });
  },
);

const refused: [kind: string, make: () => string | Promise<string>, reason: string][] = [
  ['expired', () => signToken({ user: 'ada', secret, expiresInSeconds: -60 }), 'It has expired.'],
  ['forged', () => signToken({ user: 'ada', secret: 'x', expiresInSeconds: 60 }), 'Its signature is not ours.'],
  ['malformed', () => 'a.b.c', 'It is not a signed JSON Web Token.'],
  ['not of three parts', () => 'abc', 'It is not a signed JSON Web Token.'],
  ['not signed', () => new UnsecuredJWT({ sub: 'ada', exp: inAnHour }).encode(), 'It is not signed with HS256.'],
  ['signed otherwise', () => sign({ sub: 'ada', exp: inAnHour }, 'HS384'), 'It is not signed with HS256.'],
  ['valid for ever', () => sign({ sub: 'ada' }), 'Its `exp` claim is missing or wrong.'],
  ['not valid yet', () => sign({ sub: 'ada', exp: inAnHour, nbf: inAnHour }), 'Its `nbf` claim is missing or wrong.'],
  ['without a user', () => sign({ exp: inAnHour }), 'Its `sub` claim is missing or wrong.'],
  ['of a user without a name', () => sign({ sub: '', exp: inAnHour }), 'Its `sub` claim names no user.'],
];

it.each(refused)('refuses a token that is %s, and says so', async (_kind, make, reason) => {
  const response = await ask(`Bearer ${await make()}`);
  expect(response.headers['www-authenticate']).toBe('Bearer realm="anywise", error="invalid_token"');
  expect(response.body).toMatchObject({ status: 401, detail: `The token is refused. ${reason}` });
});

it('knows no user where nobody was asked for a token', () => {
  const request = Object.create(express.request) as express.Request;
  expect(() => currentUser(request)).toThrowErrorMatchingInlineSnapshot(
    `"Nobody has checked this request: put \`bearer(secret)\` before its route."`,
  );
});
