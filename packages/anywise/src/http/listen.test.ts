import { describe, expect, it } from '@jest/globals';
import { Agent, get, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { connect, createServer } from 'node:net';
import { once } from 'node:events';
import { listen } from './listen.js';

/** An app that answers when the test says so. */
function heldApp() {
  const waiting: ServerResponse[] = [];
  const arrivals: (() => void)[] = [];
  const app: RequestListener = (_request, response) => {
    waiting.push(response);
    arrivals.shift()?.();
  };
  const arrival = () => new Promise<void>((resolve) => arrivals.push(resolve));
  return { app, waiting, arrival };
}

const ok: RequestListener = (_request, response) => response.end('ok');

async function ask(url: string, agent?: Agent): Promise<IncomingMessage & { text: string }> {
  const [answer] = (await once(get(url, agent === undefined ? {} : { agent }), 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += String(chunk);
  return Object.assign(answer, { text });
}

describe('a server', () => {
  it('says where it is reached', async () => {
    await using server = await listen(ok, { port: 0 });
    expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
    expect(await ask(server.url)).toMatchObject({ statusCode: 200, text: 'ok' });
  });

  it('is reached on this machine where it listens on every address', async () => {
    await using server = await listen(ok, { port: 0, host: '0.0.0.0' });
    expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
  });

  it('says which port is taken', async () => {
    await using server = await listen(ok, { port: 0 });
    await expect(listen(ok, { port: server.port })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: `port ${server.port} is taken: stop what listens there, or set another port`,
    });
  });

  it('passes on other failures to listen', async () => {
    await expect(listen(ok, { port: 0, host: '203.0.113.1' })).rejects.toMatchObject({ code: 'EADDRNOTAVAIL' });
  });
});

/** What the server says to bytes that it cannot read as a request. */
async function say(port: number, ...parts: readonly string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.setEncoding('utf8').on('data', (data: string) => (text += data));
  socket.on('error', () => undefined);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  for (const part of parts) socket.write(part, 'latin1');
  await closed;
  return text;
}

describe('a request that is no HTTP', () => {
  it.each([
    ['has NUL in a header', 'GET / HTTP/1.1\r\nhost: a\r\nx-id: a\0b\r\n\r\n', 400, 'The request is not valid HTTP.'],
    ['has NUL in its path', 'GET /a\0b HTTP/1.1\r\nhost: a\r\n\r\n', 400, 'The request is not valid HTTP.'],
    ['has no host', 'GET / HTTP/1.1\r\n\r\n', 400, undefined],
    ['is noise', '\x16\x03\x01 hello\r\n\r\n', 400, 'The request is not valid HTTP.'],
    [
      'tells its length twice',
      'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
      'The request is not valid HTTP.',
    ],
    [
      'has a huge header',
      `GET / HTTP/1.1\r\nhost: a\r\nx-id: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      'The headers of the request are too large.',
    ],
  ])('is refused when it %s', async (_kind, request, status, detail) => {
    await using server = await listen(ok, { port: 0 });
    const answer = await say(server.port, request);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    if (detail === undefined) return;
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(head.toLowerCase()).toContain('content-type: application/problem+json');
    expect(JSON.parse(body)).toMatchObject({ status, detail });
  });

  it('is cut off without a word when it comes within another answer', async () => {
    const half: RequestListener = (_request, response) =>
      void response.writeHead(200, { 'content-length': 10 }).write('half');
    await using server = await listen(half, { port: 0 });
    const answer = await say(server.port, 'POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n');
    expect(answer).not.toContain('problem+json');
  });
});

describe('a server that closes', () => {
  it('frees its port', async () => {
    const server = await listen(ok, { port: 0 });
    await server.close();
    const next = createServer().listen(server.port, '127.0.0.1');
    await once(next, 'listening');
    next.close();
  });

  it('lets a request under way finish and closes its connection', async () => {
    const { app, waiting, arrival } = heldApp();
    const server = await listen(app, { port: 0 });
    const arrived = arrival();
    const asked = ask(server.url);
    await arrived;

    const closed = server.close();
    waiting[0]?.end('done');
    expect(await asked).toMatchObject({ statusCode: 200, text: 'done', headers: { connection: 'close' } });
    await closed;
  });

  it('waits for an answer that has begun', async () => {
    const { app, waiting, arrival } = heldApp();
    const server = await listen(app, { port: 0 });
    const arrived = arrival();
    const asked = ask(server.url, new Agent({ keepAlive: true }));
    await arrived;
    waiting[0]?.write('half ');

    const closed = server.close();
    waiting[0]?.end('whole');
    expect(await asked).toMatchObject({ text: 'half whole' });
    await closed;
  });

  it('takes no more requests', async () => {
    const { app, waiting, arrival } = heldApp();
    const server = await listen(app, { port: 0 });
    const arrived = arrival();
    const asked = ask(server.url);
    await arrived;

    const closed = server.close();
    await expect(ask(server.url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    waiting[0]?.end();
    await asked;
    await closed;
  });

  it('cuts off what is under way when its time is up', async () => {
    const { app, arrival } = heldApp();
    const server = await listen(app, { port: 0 });
    const arrived = arrival();
    const asked = ask(server.url);
    const cut = expect(asked).rejects.toMatchObject({ code: 'ECONNRESET' });
    await arrived;

    await server.close({ timeoutMs: 20 });
    await cut;
  });

  it('does not wait for an idle connection', async () => {
    const server = await listen(ok, { port: 0 });
    const agent = new Agent({ keepAlive: true });
    await ask(server.url, agent);
    await closesAtOnce(server);
    agent.destroy();
  });

  it('does not wait for a connection that has asked nothing', async () => {
    const server = await listen(ok, { port: 0 });
    const socket = connect(server.port, '127.0.0.1');
    await once(socket, 'connect');
    // The server has taken the connection when it answers a later one.
    await ask(server.url);
    await closesAtOnce(server);
    socket.destroy();
  });

  it('closes once, however often it is told to', async () => {
    const server = await listen(ok, { port: 0 });
    const first = server.close();
    const again = server.close({ timeoutMs: 1 });
    await Promise.all([first, again]);
    await server.close();
  });
});

it.each([-1, Number.NaN, Infinity, 2 ** 31])('is not closed within %p ms', async (timeoutMs) => {
  await using server = await listen(ok, { port: 0 });
  await expect(server.close({ timeoutMs })).rejects.toMatchObject({
    code: 'INVALID_SETUP',
    message: `\`close()\`: \`timeoutMs\` is ${timeoutMs}, but must be a number of milliseconds from 0 to 2147483647`,
  });
  expect(await ask(server.url)).toMatchObject({ text: 'ok' });
});

/** Far less than what any of Node's own timeouts would take. */
async function closesAtOnce(server: { close(options: { timeoutMs: number }): Promise<void> }): Promise<void> {
  const begun = performance.now();
  await server.close({ timeoutMs: 60_000 });
  expect(performance.now() - begun).toBeLessThan(4_000);
}
