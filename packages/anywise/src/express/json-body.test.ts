import { describe, expect, test } from '@jest/globals';
import express, { type NextFunction, type Request, type Response } from 'express';
import { request as httpRequest, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import request from 'supertest';
import { jsonBody } from './json-body.js';
import { listen } from './listen.js';
import { problems } from './problems.js';

/** Answers with the body it read. */
function echo({ limitBytes = 1_000 } = {}) {
  const reports: unknown[] = [];
  const app = express();
  app.post('/', jsonBody(limitBytes), (request, response) => {
    response.json({ read: (request.body as unknown) ?? 'nothing' });
  });
  app.use(problems({ onError: (error) => reports.push(error) }));
  return { app, reports };
}

const post = (body: string | Buffer, headers: Record<string, string> = {}) =>
  request(echo().app)
    .post('/')
    .set({ 'content-type': 'application/json', ...headers })
    .serialize((data: unknown) => data as string)
    .send(body as string);

describe('a body', () => {
  test.each([
    ['application/json', 'application/json'],
    ['a type built on JSON', 'application/merge-patch+json'],
    ['JSON with a charset', 'application/json; charset=UTF-8'],
  ])('is read as %s', async (_what, type) => {
    const answer = await post('{"a":1}', { 'content-type': type });
    expect([answer.status, answer.body]).toEqual([200, { read: { a: 1 } }]);
  });

  test('is read when compressed', async () => {
    const answer = await post(gzipSync('{"a":1}'), { 'content-encoding': 'gzip' });
    expect(answer.body).toEqual({ read: { a: 1 } });
  });

  test('may be missing', async () => {
    const answer = await request(echo().app).post('/');
    expect(answer.body).toEqual({ read: 'nothing' });
  });

  test('may be missing where its length is given as 0', async () => {
    const answer = await request(echo().app).post('/').set('content-length', '0');
    expect(answer.body).toEqual({ read: 'nothing' });
  });
});

describe('a body is refused', () => {
  test.each([
    ['text', { 'content-type': 'text/plain' }],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['of no valid type', { 'content-type': 'json' }],
  ])('with 415 where it is %s', async (_what, headers) => {
    const answer = await post('{"a":1}', headers);
    expect([answer.status, answer.body]).toMatchObject([
      415,
      { detail: 'The body must be JSON: send it with `content-type: application/json`.' },
    ]);
  });

  test.each([
    [
      'its charset',
      { 'content-type': 'application/json; charset=latin1' },
      'The charset of the body is not supported: send UTF-8.',
    ],
    [
      'its encoding',
      { 'content-encoding': 'lzma' },
      'The content encoding of the body is not supported: send gzip or none.',
    ],
  ])('with 415 where %s is not supported', async (_what, headers, detail) => {
    const answer = await post('{"a":1}', headers);
    expect([answer.status, answer.body]).toMatchObject([415, { detail }]);
  });

  test.each([
    ['{"a":1', 'The body is not valid JSON: it breaks at line 1, column 7.'],
    ['{"a":1,\n  "b" 2}', 'The body is not valid JSON: it breaks at line 2, column 7.'],
    ['{', 'The body is not valid JSON: it breaks at line 1, column 2.'],
    ['[', 'The body is not valid JSON: it ends too early.'],
    ['{"a":secret}', 'The body is not valid JSON.'],
  ])('with 400 where it is %j', async (body, detail) => {
    const answer = await post(body);
    expect([answer.status, answer.body]).toEqual([
      400,
      { type: 'about:blank', title: 'Bad Request', status: 400, detail },
    ]);
  });

  test('with 400 where it is not what its encoding says', async () => {
    const answer = await post('{"a":1}', { 'content-encoding': 'gzip' });
    expect([answer.status, answer.body]).toMatchObject([400, { title: 'Bad Request' }]);
  });

  test('with 413 where it is larger than the limit', async () => {
    const answer = await post(JSON.stringify({ a: 'x'.repeat(1_000) }));
    expect([answer.status, answer.body]).toMatchObject([413, { detail: 'The body is larger than 1000 bytes.' }]);
  });

  test('with 413 where it grows larger than the limit when decompressed', async () => {
    const answer = await post(gzipSync(JSON.stringify({ a: 'x'.repeat(100_000) })), { 'content-encoding': 'gzip' });
    expect([answer.status, answer.body]).toMatchObject([413, { detail: 'The body is larger than 1000 bytes.' }]);
  });

  test('with 413 where it does not tell its length', async () => {
    await using server = await listen(echo().app, { port: 0 });
    const status = await new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' };
      const upload = httpRequest(server.url, { method: 'POST', headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      upload.on('error', reject);
      upload.end('x'.repeat(5_000));
    });
    expect(status).toBe(413);
  });

  test('with 413 before ten megabytes have been sent', async () => {
    await using server = await listen(echo().app, { port: 0 });
    const status = await new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'content-length': 10 * 1024 * 1024 };
      const upload = httpRequest(server.url, { method: 'POST', headers }, (answer) => {
        resolve(answer.statusCode);
        upload.destroy();
      });
      upload.on('error', reject);
      upload.write('{');
    });
    expect(status).toBe(413);
  });
});

test('a client that leaves while it sends is nobody to answer and no error', async () => {
  const app = express();
  const reports: unknown[] = [];
  let response: ServerResponse | undefined;
  app.post('/', jsonBody(1_000));
  const failure = new Promise<unknown>((resolve) => {
    app.use((error: unknown, _request: Request, answer: Response, next: NextFunction) => {
      response = answer;
      next(error);
      resolve(error);
    });
  });
  app.use(problems({ onError: (error) => reports.push(error) }));
  await using server = await listen(app, { port: 0 });

  const headers = { 'content-type': 'application/json', 'content-length': 10 };
  const upload = httpRequest(server.url, { method: 'POST', headers });
  upload.on('error', () => undefined);
  upload.write('{', () => upload.destroy());
  expect(await failure).toMatchObject({ type: 'request.aborted' });
  expect(response).toMatchObject({ headersSent: false });
  expect(reports).toEqual([]);
});
