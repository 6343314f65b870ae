import { describe, expect, it } from '@jest/globals';
import express, { type NextFunction, type Request, type Response } from 'express';
import { once } from 'node:events';
import { Agent, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import request from 'supertest';
import { jsonBody } from './json-body.js';
import { listen } from '../http/listen.js';
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
  it.each([
    ['application/json', 'application/json'],
    ['a type built on JSON', 'application/merge-patch+json'],
    ['JSON with a charset', 'application/json; charset=UTF-8'],
  ])('is read as %s', async (_what, type) => {
    const answer = await post('{"a":1}', { 'content-type': type });
    expect([answer.status, answer.body]).toEqual([200, { read: { a: 1 } }]);
  });

  it('is read when compressed', async () => {
    const answer = await post(gzipSync('{"a":1}'), { 'content-encoding': 'gzip' });
    expect(answer.body).toEqual({ read: { a: 1 } });
  });

  it('is left alone when other middleware has read it already', async () => {
    const app = express();
    app.use(express.json());
    app.post('/', jsonBody(1_000), (request, response) => void response.json(request.body));
    const answer = await request(app).post('/').send({ a: 1 });
    expect([answer.status, answer.body]).toEqual([200, { a: 1 }]);
  });

  it('may be missing', async () => {
    const answer = await request(echo().app).post('/');
    expect(answer.body).toEqual({ read: 'nothing' });
  });

  it('may be missing where its length is given as 0', async () => {
    const answer = await request(echo().app).post('/').set('content-length', '0');
    expect(answer.body).toEqual({ read: 'nothing' });
  });
});

describe('a body is refused', () => {
  it.each([
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

  it.each([
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

  it.each([
    ['{"a":1', 'The body is not valid JSON: unexpected input at line 1, column 7.'],
    ['{"a":1,\n  "b" 2}', 'The body is not valid JSON: unexpected input at line 2, column 7.'],
    ['{', 'The body is not valid JSON: unexpected input at line 1, column 2.'],
    ['[', 'The body is not valid JSON: it ends unexpectedly.'],
    ['{"a":secret}', 'The body is not valid JSON.'],
  ])('with 400 where it is %j', async (body, detail) => {
    const answer = await post(body);
    expect([answer.status, answer.body]).toEqual([
      400,
      { type: 'about:blank', title: 'Bad Request', status: 400, detail },
    ]);
  });

  it('with 400 where it is not what its encoding says', async () => {
    const answer = await post('{"a":1}', { 'content-encoding': 'gzip' });
    expect([answer.status, answer.body]).toMatchObject([400, { title: 'Bad Request' }]);
  });

  it('with 413 where it is larger than the limit', async () => {
    const answer = await post(JSON.stringify({ a: 'x'.repeat(1_000) }));
    expect([answer.status, answer.body]).toMatchObject([413, { detail: 'The body is larger than 1000 bytes.' }]);
  });

  it('with 413 where it grows larger than the limit when decompressed', async () => {
    const answer = await post(gzipSync(JSON.stringify({ a: 'x'.repeat(100_000) })), { 'content-encoding': 'gzip' });
    expect([answer.status, answer.body]).toMatchObject([413, { detail: 'The body is larger than 1000 bytes.' }]);
  });
});

/** What the server has answered, while the client keeps sending. */
interface Upload extends AsyncDisposable {
  readonly answer: Promise<string>;
  readonly closed: Promise<void>;
  /** How many bytes of the body the client has got rid of. */
  readonly sent: number;
}

/** Sends a body without end, as fast as the server takes it, or slowly. */
async function upload(head: readonly string[], chunk: Buffer, everyMs = 0): Promise<Upload> {
  const server = await listen(echo().app, { port: 0 });
  const socket = connect(server.port, '127.0.0.1');
  let sent = 0;
  socket.write(['POST / HTTP/1.1', 'host: test', 'content-type: application/json', ...head, '', ''].join('\r\n'));
  const send = () => {
    if (!socket.writable) return;
    socket.write(chunk, () => {
      sent += chunk.length;
      setTimeout(send, everyMs);
    });
  };
  send();
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => void socket.once('close', () => resolve()));
  const answer = new Promise<string>((resolve) => {
    let text = '';
    socket.setEncoding('utf8').on('data', (data: string) => {
      text += data;
      if (text.endsWith('}')) resolve(text);
    });
  });
  return {
    answer,
    closed,
    get sent() {
      return sent;
    },
    async [Symbol.asyncDispose]() {
      socket.destroy();
      await server.close({ timeoutMs: 0 });
    },
  };
}

const chunked = (text: Buffer | string) =>
  Buffer.concat([Buffer.from(`${text.length.toString(16)}\r\n`), Buffer.from(text), Buffer.from('\r\n')]);

describe('a body that is too large is refused with 413 while it is being sent', () => {
  it.each<[kind: string, head: readonly string[], chunk: Buffer]>([
    ['in chunks', ['transfer-encoding: chunked'], chunked('x'.repeat(600))],
    ['in one huge chunk', ['transfer-encoding: chunked'], chunked('x'.repeat(1_000_000))],
    ['with its length told', [`content-length: ${10 * 1024 ** 3}`], Buffer.alloc(1_000, 'x')],
  ])('%s', async (_kind, head, chunk) => {
    await using sending = await upload(head, chunk);
    const answer = await sending.answer;
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
    expect(answer).toContain('The body is larger than 1000 bytes.');
  });

  it('compressed in chunks', async () => {
    const bomb = gzipSync(Buffer.alloc(1_000_000, ' '));
    // Without the end of the stream, so that only the size can tell.
    await using sending = await upload(
      ['transfer-encoding: chunked', 'content-encoding: gzip'],
      chunked(bomb.subarray(0, 900)),
      50,
    );
    expect(await sending.answer).toMatch(/^HTTP\/1.1 413 /);
  });

  it('however slowly it comes', async () => {
    await using sending = await upload(['transfer-encoding: chunked'], chunked('x'.repeat(101)), 5);
    expect(await sending.answer).toMatch(/^HTTP\/1.1 413 /);
    expect(sending.sent).toBeLessThan(5_000);
  });

  it('and the connection does not stay open for the rest', async () => {
    await using sending = await upload(['transfer-encoding: chunked'], chunked('x'.repeat(60_000)));
    await sending.answer;
    await sending.closed;
    // What the operating system holds on the way is not read.
    expect(sending.sent).toBeLessThan(50_000_000);
  });
});

it('keeps the connection for the next request when the rest of a refused body is small', async () => {
  await using server = await listen(echo().app, { port: 0 });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const send = async (body: string) => {
    const headers = { 'content-type': 'application/json' };
    const [answer] = (await once(
      httpRequest(server.url, { method: 'POST', headers, agent }).end(body),
      'response',
    )) as [IncomingMessage];
    const port = answer.socket.localPort;
    await once(answer.resume(), 'end');
    return { status: answer.statusCode, port };
  };
  const [refused, accepted] = [await send('x'.repeat(5_000)), await send('{}')];
  expect([refused.status, accepted.status]).toEqual([413, 200]);
  expect(accepted.port).toBe(refused.port);
  agent.destroy();
});

describe('a body of odd JSON', () => {
  it.each([
    ['is nested too deeply', `${'['.repeat(101)}${']'.repeat(101)}`, 'The body is nested more than 100 levels deep.'],
    ['is nested far too deeply', '{"a":'.repeat(190), 'The body is nested more than 100 levels deep.'],
    ['is not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'The body is not valid UTF-8.'],
    ['is only blank', '   ', 'The body is not valid JSON: it ends unexpectedly.'],
    ['has two values', '{}{}', 'The body is not valid JSON: unexpected input at line 1, column 3.'],
    ['has what JSON does not know', '{"a":NaN}', 'The body is not valid JSON.'],
  ])('is refused when it %s', async (_kind, body, detail) => {
    const answer = await post(body);
    expect([answer.status, answer.body]).toMatchObject([400, { detail: expect.stringContaining(detail.slice(0, -1)) }]);
  });

  it.each([
    ['has brackets in texts', JSON.stringify({ a: '['.repeat(300), b: '\\"[' })],
    ['is nested deeply', `${'['.repeat(100)}${']'.repeat(100)}`],
    ['begins with a byte order mark', '\ufeff{"a":1}'],
  ])('is read when it %s', async (_kind, body) => {
    expect((await post(body)).status).toBe(200);
  });
});

it('does not answer a client that leaves while it sends, and reports no error', async () => {
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
