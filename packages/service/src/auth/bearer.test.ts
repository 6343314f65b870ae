import { expect, it } from '@jest/globals';
import { problems } from 'anywise/express';
import express from 'express';
import { SignJWT, UnsecuredJWT, type JWTPayload } from 'jose';
import supertest from 'supertest';
import type { ExpectedClaims } from '../config/authentication.js';
import { bearer } from './bearer.js';
import { signToken } from './sign.js';
import { currentUser } from './user.js';

const secret = 'a secret of at least thirty-two bytes';
const inAnHour = Math.floor(Date.now() / 1000) + 3600;

async function ask(authorization?: string, expected: ExpectedClaims = {}): Promise<supertest.Response> {
  const app = express()
    .get('/me', bearer({ kind: 'secret', secret, ...expected }), (request, response) => {
      response.json(currentUser(request));
    })
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

it('reads the role of support, and of no one else', async () => {
  const token = await signToken({ user: 'ada', role: 'support', secret, expiresInSeconds: 60 });
  expect((await ask(`Bearer ${token}`)).body).toEqual({ id: 'ada', role: 'support' });
});

it.each<[kind: string, role: unknown]>([
  ['another word', 'admin'],
  ['another spelling', 'Support'],
  ['a word in spaces', ' support'],
  ['several words', 'support admin'],
  ['nothing', ''],
  ['null', null],
  ['true', true],
  ['a number', 1],
  ['a list', ['support']],
  ['an object', { support: true }],
])('takes a role that is %s for none', async (_kind, role) => {
  const token = await sign({ sub: 'ada', exp: inAnHour, role });
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
      detail: 'The `Authorization` header is not of the form `Bearer <token>`.',
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
  [
    'valid until a word',
    () => sign({ sub: 'ada', exp: 'tomorrow' as unknown as number }),
    'Its `exp` claim is missing or wrong.',
  ],
];

it.each(refused)('refuses a token that is %s, and says so', async (_kind, make, reason) => {
  const response = await ask(`Bearer ${await make()}`);
  expect(response.headers['www-authenticate']).toBe('Bearer realm="anywise", error="invalid_token"');
  expect(response.body).toMatchObject({ status: 401, detail: `The token is refused. ${reason}` });
});

const text255 = 'x'.repeat(255);
const namesNoUser = 'Its `sub` claim names no user.';
it.each<[kind: string, sub: unknown]>([
  ['empty', ''],
  ['too long', `${text255}x`],
  ['a NUL', 'ada\0'],
  ['a line break', 'ada\nbob'],
  ['half a character', 'ada\ud800'],
  ['a number', 7],
  ['a list', ['ada']],
  ['an object', { id: 'ada' }],
])('refuses a token whose `sub` is %s', async (_kind, sub) => {
  const response = await ask(`Bearer ${await sign({ sub: sub as string, exp: inAnHour })}`);
  expect(response.body).toMatchObject({ status: 401, detail: expect.stringContaining(namesNoUser) });
});

it.each(['ada', 'auth0|5f7c8ec7c33c6c004bbafe82', 'ada@example.com', 'Ünïcödé 用户', text255])(
  'takes `%s` for a user',
  async (sub) => {
    expect((await ask(`Bearer ${await sign({ sub, exp: inAnHour })}`)).body).toEqual({ id: sub });
  },
);

const issuer = 'https://auth.example.com';
const audience = 'shop';

it.each<[kind: string, claims: JWTPayload, refusal: string | undefined]>([
  ['accepts a token of the issuer for the audience', { iss: issuer, aud: audience }, undefined],
  ['accepts a token for several audiences', { iss: issuer, aud: ['other', audience] }, undefined],
  ['refuses a token of no issuer', { aud: audience }, '`iss`'],
  ['refuses a token of another issuer', { iss: `${issuer}.evil.com`, aud: audience }, '`iss`'],
  ['refuses a token of several issuers', { iss: [issuer] as unknown as string, aud: audience }, '`iss`'],
  ['refuses a token for no audience', { iss: issuer }, '`aud`'],
  ['refuses a token for another audience', { iss: issuer, aud: ['other'] }, '`aud`'],
])('%s, where both are expected', async (_kind, claims, refusal) => {
  const token = await sign({ sub: 'ada', exp: inAnHour, ...claims });
  const response = await ask(`Bearer ${token}`, { issuer, audience });
  expect(response.status).toBe(refusal === undefined ? 200 : 401);
  if (refusal === undefined) return;
  expect(response.body).toMatchObject({ detail: `The token is refused. Its ${refusal} claim is missing or wrong.` });
});

it('signs tokens of the issuer for the audience', async () => {
  const token = await signToken({ user: 'ada', secret, expiresInSeconds: 60, issuer, audience });
  expect((await ask(`Bearer ${token}`, { issuer, audience })).status).toBe(200);
});

it('refuses a request with two tokens, of which a proxy may have seen the other', async () => {
  const token = await signToken({ user: 'ada', secret, expiresInSeconds: 60 });
  const response = await ask([`Bearer ${token}`, `Bearer ${token}`] as unknown as string);
  expect(response.headers['www-authenticate']).toBe('Bearer realm="anywise", error="invalid_request"');
  expect(response.body).toMatchObject({
    status: 400,
    detail: 'The request has more than one `Authorization` header: send one.',
  });
});

it('knows no user where no token was asked for', () => {
  const request = Object.create(express.request) as express.Request;
  expect(() => currentUser(request)).toThrowErrorMatchingInlineSnapshot(
    `"This request was not authenticated: put \`bearer(…)\` before its route."`,
  );
});
