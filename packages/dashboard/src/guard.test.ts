import { connect, Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { memoryStore } from 'anywise';
import { strangerAt } from './http/local.js';
import { dashboard, storeSource, type DashboardOptions } from './index.js';
import { serve } from './test-support/serve.js';

const sources = [storeSource('orders', memoryStore())];
const opened = (options: DashboardOptions = {}) => serve(dashboard(sources, { onError: () => undefined, ...options }));

describe('without `authorize`, the dashboard', () => {
  it.each(['localhost', 'LOCALHOST:3000', '127.0.0.1', '127.0.0.1:80', '127.4.5.6', '[::1]', '[::1]:3000'])(
    'answers at %s',
    async (host) => {
      await using server = await opened();
      expect((await server.ask('/', { headers: { host } })).status).toBe(200);
    },
  );

  it.each([
    'rebound.example',
    'rebound.example:3000',
    'localhost.rebound.example',
    '127.0.0.1.rebound.example',
    '127.rebound.example',
    'localhost.',
    'localhost@rebound.example',
    '10.0.0.7',
    '[::2]',
    '[::ffff:10.0.0.7]',
    '0.0.0.0',
    '127.0.0.1:80:80',
  ])('refuses to answer as %j', async (host) => {
    await using server = await opened();
    const { status, text } = await server.ask('/', { headers: { host } });
    expect(status).toBe(403);
    expect(text).toContain('under a name that is not of this machine');
  });

  it.each(['X-Forwarded-For', 'Forwarded', 'X-Real-IP', 'Via', 'X-Forwarded-Host', 'CF-Connecting-IP'])(
    'refuses what a proxy forwards with %s',
    async (header) => {
      await using server = await opened();
      const { status, text } = await server.ask('/', { headers: { [header]: '127.0.0.1' } });
      expect(status).toBe(403);
      expect(text).toContain('A proxy forwarded the request');
    },
  );

  it.each(['10.1.2.3', '::ffff:10.1.2.3', '::2', '1.127.0.0', '127.0.0.1.', '', undefined])(
    'refuses a connection from %j',
    async (remoteAddress) => {
      const handler = dashboard(sources);
      await using server = await serve((request, response) => {
        Object.defineProperty(request.socket, 'remoteAddress', { value: remoteAddress });
        handler(request, response);
      });
      const { status, text } = await server.ask('/');
      expect(status).toBe(403);
      expect(text).toContain('The connection comes from another machine');
    },
  );

  it('refuses a request without a host', () => {
    const socket = Object.defineProperty(new Socket(), 'remoteAddress', { value: '127.0.0.1' });
    expect(strangerAt({ socket, headers: {} })).toContain('under a name');
    expect(strangerAt({ socket, headers: { host: '' } })).toContain('under a name');
  });

  it.each(['/', '/dead-letters', '/assets/x.js', '/nowhere', '/%'])('is closed at %s too', async (path) => {
    await using server = await opened();
    expect((await server.ask(path, { headers: { host: 'rebound.example' } })).status).toBe(403);
  });
});

describe('with `authorize`, the dashboard', () => {
  it('answers those it names, wherever they are, and no others', async () => {
    await using server = await opened({
      authorize: ({ headers }) => (headers.cookie === 'ada' ? { user: 'ada' } : undefined),
    });
    const host = 'ops.example';
    const { status, text } = await server.ask('/', { headers: { host, cookie: 'ada', 'x-forwarded-for': '10.0.0.1' } });
    expect(status).toBe(200);
    expect(text).toContain('ada');
    expect((await server.ask('/', { headers: { host } })).status).toBe(403);
    expect((await server.ask('/')).status).toBe(403);
  });

  it.each([
    [{}, 'without a `user`'],
    [{ user: '' }, 'without a `user`'],
    [{ user: 7 }, 'without a `user`'],
    [true, 'without a `user`'],
    [null, 'without a `user`'],
    [{ user: 'ada', may: 'admin' }, 'a `may` that is neither'],
    [{ user: 'ada', may: ['replya'] }, 'the right "replya"'],
  ])('shows nothing if it returns %j', async (viewer, wrong) => {
    const errors: unknown[] = [];
    await using server = await opened({ authorize: () => viewer as never, onError: (error) => errors.push(error) });
    const { status, text } = await server.ask('/');
    expect(status).toBe(500);
    expect(text).toBe('The dashboard failed. Its process has logged why.\n');
    expect(String(errors)).toContain(wrong);
  });

  it('shows nothing if it throws, and tells no visitor why', async () => {
    const errors: unknown[] = [];
    const authorize = () => Promise.reject(new Error('the directory has the password hunter2'));
    await using server = await opened({ authorize, onError: (error) => errors.push(error) });
    const { status, text } = await server.ask('/');
    expect(status).toBe(500);
    expect(text).not.toContain('hunter2');
    expect(String(errors)).toContain('hunter2');
  });
});

describe('a write', () => {
  const form = { what: 'ever' };

  it.each([
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['a neighbour of its site', { 'sec-fetch-site': 'same-site' }],
    ['an address bar', { 'sec-fetch-site': 'none' }],
    ['another site that says it is not', { 'sec-fetch-site': 'cross-site', origin: 'http://127.0.0.1' }],
  ])('is refused from %s', async (_from, headers) => {
    await using server = await opened();
    const { status, text } = await server.ask('/', { form, headers });
    expect(status).toBe(403);
    expect(text).toContain('A form on another page sent this');
  });

  it.each([undefined, 'null', 'http://rebound.example', 'nonsense', 'http://127.0.0.1:1'])(
    'without Sec-Fetch-Site is refused from the origin %j',
    async (origin) => {
      await using server = await opened();
      const headers = { 'content-type': 'application/x-www-form-urlencoded', ...(origin && { origin }) };
      expect((await server.ask('/', { method: 'POST', headers })).status).toBe(403);
    },
  );

  it('without Sec-Fetch-Site is accepted from its own origin', async () => {
    await using server = await opened();
    const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: server.url };
    // Nothing can be done on Health.
    expect((await server.ask('/', { method: 'POST', headers })).status).toBe(405);
  });

  it('with what no database looks for is refused', async () => {
    await using server = await opened();
    const form = { service: 'orders', listener: 'a\0', source: '/b', id: 'c' };
    const { status, text } = await server.ask('/dead-letters/letter', { form });
    expect([status, text]).toEqual([400, expect.stringContaining('The form has a NUL.')]);
  });

  it('that breaks off is no failure of the dashboard', async () => {
    const errors: unknown[] = [];
    await using server = await opened({ onError: (error) => errors.push(error) });
    const socket = connect(server.port, '127.0.0.1');
    const head = ['POST /dead-letters/bulk HTTP/1.1', 'host: localhost', 'sec-fetch-site: same-origin'];
    const form = ['content-type: application/x-www-form-urlencoded', 'content-length: 1000', '', 'action=replay'];
    await new Promise<void>((resolve) => socket.write([...head, ...form].join('\r\n'), () => resolve()));
    // It is being read by the time another request is answered.
    await server.ask('/');
    socket.destroy();
    await server.ask('/');
    await server.ask('/');
    expect(errors).toEqual([]);
  });

  it.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE'])('by %s is refused', async (method) => {
    await using server = await opened();
    const { status, headers } = await server.ask('/', { method, headers: { 'sec-fetch-site': 'same-origin' } });
    expect(status).toBe(405);
    expect(headers.allow).toBe('GET, HEAD, POST');
  });
});

describe('every answer', () => {
  it.each(['/', '/nowhere', '/refused'])('has the headers that close the page, as at %s', async (path) => {
    await using server = await opened();
    const headers: Record<string, string> = path === '/refused' ? { host: 'rebound.example' } : {};
    const answer = await server.ask(path, { headers });
    expect(answer.headers).toMatchObject({
      'content-security-policy':
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cache-control': 'no-store',
      'referrer-policy': 'same-origin',
    });
  });

  it('has no body for HEAD', async () => {
    await using server = await opened();
    expect(await server.ask('/', { method: 'HEAD' })).toMatchObject({ status: 200, text: '' });
  });

  it('names the page that is not there', async () => {
    await using server = await opened();
    const { status, text } = await server.ask('/nowhere<script>');
    expect(status).toBe(404);
    expect(text).toContain('There is no page at `/nowhere%3Cscript%3E`.');
    expect(text).not.toContain('<script>');
  });
});
