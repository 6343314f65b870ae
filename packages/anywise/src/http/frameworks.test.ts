import { describe, expect, it } from '@jest/globals';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import request from 'supertest';
import { z } from 'zod';
import { AnywiseError, InvalidMessageError } from '../core/errors/errors.js';
import { contextKey } from '../core/message/context.js';
import { command, query } from '../core/message/declare.js';
import { domainError } from '../core/message/domain-error.js';
import type { Command } from '../core/message/message.js';
import { httpFrameworks, type HttpApp } from '../test-support/http-frameworks.js';
import type { SenderOptions } from './routes-options.js';
import { listen } from './listen.js';
import { makeRoute } from './route.js';

const Payment = z.object({ paymentId: z.string() });
class CreatePayment extends command('payments.create-payment', {
  data: z.object({ orderId: z.string(), amount: z.number().int().positive() }),
  reply: Payment,
}) {}
class CancelPayment extends command('payments.cancel-payment', {
  data: z.object({ paymentId: z.string(), reason: z.string().optional() }),
}) {}
class GetPayment extends query('payments.get-payment', {
  data: z.object({ paymentId: z.string(), tag: z.union([z.string(), z.array(z.string())]).optional() }),
  reply: Payment.nullable(),
}) {}
class CountPayments extends query('payments.count-payments', { reply: z.string() }) {}
class PaymentDeclined extends domainError('payments.payment-declined', {
  data: z.object({ reason: z.string() }),
  message: ({ reason }) => `the payment was declined: ${reason}`,
}) {}

const CurrentUser = contextKey<string>('current-user');
const order = { orderId: 'o-1', amount: 5 };

describe.each(httpFrameworks)('on $name', ({ listenerOf }) => {
  interface Sent {
    readonly command: Command;
    readonly options: SenderOptions | undefined;
  }
  const definitions = [
    makeRoute('post', '/payments', CreatePayment, {
      status: 201,
      idempotencyKey: true,
      headers: (reply) => ({ Location: `/payments/${(reply as { paymentId: string }).paymentId}` }),
    }),
    makeRoute('put', '/payments/:paymentId/cancellation', CancelPayment),
    makeRoute('delete', '/payments/:paymentId', CancelPayment),
    makeRoute('get', '/payments/:paymentId', GetPayment),
    makeRoute('get', '/count', CountPayments),
  ];

  async function world(reply: (command: Command) => unknown, app: Partial<HttpApp> = {}) {
    const sent: Sent[] = [];
    const reports: unknown[] = [];
    const listener = await listenerOf({
      bus: {
        send: async (command, options) => {
          sent.push({ command, options });
          return reply(command);
        },
      },
      routes: definitions,
      onError: (error) => reports.push(error),
      ...app,
    });
    return { sent, reports, listener, agent: request(listener) };
  }
  const failing = (error: unknown) => () => {
    throw error;
  };
  const paid = () => ({ paymentId: 'p-1' });
  const post = (agent: ReturnType<typeof request>, type: string, body: string | Buffer) =>
    agent
      .post('/payments')
      .set('content-type', type)
      .serialize((data: unknown) => data as string)
      .send(body as string);

  it('makes the message of the body', async () => {
    const { agent, sent } = await world(paid);
    const answer = await agent.post('/payments').send(order);
    expect(sent.map(({ command }) => command)).toEqual([new CreatePayment(order)]);
    expect([answer.status, answer.body, answer.headers.location]).toEqual([201, paid(), '/payments/p-1']);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  });

  it.each(['put', 'delete'] as const)('lets the path win over the body of %s', async (method) => {
    const { agent, sent } = await world(() => undefined);
    const path = method === 'put' ? '/payments/p-1/cancellation' : '/payments/p-1';
    const answer = await agent[method](path).send({ paymentId: 'p-2', reason: 'late' });
    expect(sent[0]?.command).toEqual(new CancelPayment({ paymentId: 'p-1', reason: 'late' }));
    expect([answer.status, answer.text]).toEqual([204, '']);
  });

  it('needs no body where the path says it all', async () => {
    const { agent, sent } = await world(() => undefined);
    expect((await agent.delete('/payments/p-1')).status).toBe(204);
    expect((await agent.delete('/payments/p-1').set('content-type', 'application/json')).status).toBe(204);
    expect(sent).toHaveLength(2);
  });

  it('makes the message of the query and the decoded path, not of the body, where the method is get', async () => {
    const { agent, sent } = await world(paid);
    await agent.get('/payments/a%2Fb%20c?paymentId=p-2&tag=x&tag=y%26z').send({ tag: 'body' });
    expect(sent[0]?.command).toEqual(new GetPayment({ paymentId: 'a/b c', tag: ['x', 'y&z'] }));
  });

  it('takes no prototype from a query', async () => {
    const { agent, sent } = await world(paid);
    await agent.get('/payments/p-1?__proto__=x&constructor=y');
    expect(sent[0]?.command).toEqual(new GetPayment({ paymentId: 'p-1' }));
  });

  it('brings the context, the trace and the key of a request', async () => {
    const { agent, sent } = await world(paid, { contextOf: (user) => [CurrentUser(user)] });
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const headers = { 'x-user': 'a:da', traceparent, tracestate: 'a=1', 'idempotency-key': 'k-1' };
    await agent.post('/payments').set(headers).send(order);
    expect(sent[0]?.options).toEqual({
      context: [CurrentUser('a:da')],
      checkReply: true,
      idempotencyKey: 'a%3Ada:k-1',
      trace: { traceparent, tracestate: 'a=1' },
    });
  });

  it('refuses a bad key', async () => {
    const { agent, sent } = await world(paid);
    const answer = await agent.post('/payments').set('idempotency-key', 'a b').send(order);
    expect([answer.status, sent]).toEqual([400, []]);
  });

  it('answers a text as JSON, and an answer of nothing with 404', async () => {
    const count = await (await world(() => 'seven')).agent.get('/count');
    expect([count.status, count.text]).toEqual([200, '"seven"']);
    const none = await (await world(() => null)).agent.get('/payments/p-1');
    expect([none.status, none.body]).toMatchObject([404, { detail: 'Not found.' }]);
    expect(none.headers['content-type']).toMatch(/^application\/problem\+json/);
  });

  it('answers HEAD as GET, with no body', async () => {
    const answer = await (await world(paid)).agent.head('/payments/p-1');
    expect([answer.status, answer.text]).toEqual([200, undefined]);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  });

  it('answers what no route takes with 404, without its query', async () => {
    const answer = await (await world(paid)).agent.get('/refunds/1?secret=1');
    expect([answer.status, answer.body]).toMatchObject([404, { detail: 'No route matches `GET /refunds/1`.' }]);
  });

  it('names the fields that do not fit', async () => {
    const { agent, sent, reports } = await world(paid);
    const answer = await agent.post('/payments').send({ orderId: 'o-1', amount: -1 });
    expect([answer.status, answer.body]).toMatchObject([
      400,
      { code: 'INVALID_MESSAGE', errors: [{ field: 'amount', pointer: '#/amount' }] },
    ]);
    expect([sent, reports]).toEqual([[], []]);
  });

  it.each<[what: string, status: number, type: string, body: string | Buffer]>([
    ['is text', 415, 'text/plain', '{}'],
    ['is a form', 415, 'application/x-www-form-urlencoded', 'a=1'],
    ['has no valid type', 415, 'json', '{}'],
    ['is in another charset', 415, 'application/json; charset=latin1', '{}'],
    ['is broken', 400, 'application/json', '{"a":1'],
    ['is blank', 400, 'application/json', ' '],
    ['is a list', 400, 'application/json', '[]'],
    ['is null', 400, 'application/json', 'null'],
    ['is not UTF-8', 400, 'application/json', Buffer.from([0x22, 0xff, 0x22])],
    ['is nested too deeply', 400, 'application/json', `${'['.repeat(101)}${']'.repeat(101)}`],
    ['is too large', 413, 'application/json', JSON.stringify({ orderId: 'x'.repeat(102_400) })],
  ])('refuses a body that %s with %i', async (_what, status, type, body) => {
    const { agent, sent, reports } = await world(paid);
    const answer = await post(agent, type, body);
    expect([answer.status, answer.body]).toMatchObject([status, { status, detail: expect.any(String) }]);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect([sent, reports]).toEqual([[], []]);
  });

  it('reads a compressed body, up to the limit of what is in it', async () => {
    const { agent, sent } = await world(paid, { bodyLimitBytes: 1_000 });
    const send = (data: object) =>
      agent
        .post('/payments')
        .set({ 'content-type': 'application/json', 'content-encoding': 'gzip' })
        .serialize((body: unknown) => body as string)
        .send(gzipSync(JSON.stringify(data)) as unknown as string);
    expect((await send(order)).status).toBe(201);
    expect((await send({ ...order, orderId: 'x'.repeat(100_000) })).status).toBe(413);
    expect(sent).toHaveLength(1);
  });

  it('reads a type that is built on JSON', async () => {
    const { agent } = await world(paid);
    expect((await post(agent, 'application/merge-patch+json', JSON.stringify(order))).status).toBe(201);
  });

  it('refuses a body without end while it is being sent', async () => {
    const { listener } = await world(paid, { bodyLimitBytes: 1_000 });
    await using server = await listen(listener, { port: 0 });
    const socket = connect(server.port, '127.0.0.1').on('error', () => undefined);
    const head = ['POST /payments HTTP/1.1', 'host: test', 'content-type: application/json'];
    socket.write([...head, 'transfer-encoding: chunked', '', ''].join('\r\n'));
    const send = (): void => {
      if (socket.writable) socket.write(`258\r\n${'x'.repeat(600)}\r\n`, () => setImmediate(send));
    };
    send();
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      socket.setEncoding('utf8').on('data', (data: string) => {
        text += data;
        if (text.includes('bytes.')) resolve(text);
      });
      socket.on('close', () => resolve(text));
    });
    socket.destroy();
    await server.close({ timeoutMs: 0 });
    expect(answer).toMatch(/^HTTP\/1.1 413 /);
    expect(answer).toContain('The body is larger than 1000 bytes.');
  });

  it('gives a domain error its status and its data', async () => {
    const declined = new PaymentDeclined({ reason: 'no funds' });
    const { agent, reports } = await world(failing(declined), { statuses: [[PaymentDeclined, 402]] });
    const answer = await agent.post('/payments').send(order);
    expect([answer.status, answer.body]).toMatchObject([
      402,
      { type: 'payments.payment-declined', data: { reason: 'no funds' } },
    ]);
    expect(reports).toEqual([]);
  });

  it('tells when to try again', async () => {
    const { agent } = await world(failing(new AnywiseError('UNAVAILABLE', 'secret')));
    const answer = await agent.get('/payments/p-1');
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '5']);
    expect(answer.text).not.toContain('secret');
  });

  it('lets only the handler of the message find the fault in the data of the caller', async () => {
    const issues = [{ path: ['orderId'], message: 'is unknown' }];
    const own = await world(failing(new InvalidMessageError(CreatePayment.type, issues)));
    expect((await own.agent.post('/payments').send(order)).status).toBe(400);
    const other = await world(failing(new InvalidMessageError(CancelPayment.type, issues)));
    expect((await other.agent.post('/payments').send(order)).status).toBe(500);
  });

  it.each([
    ['an error', new Error('secret')],
    ['an error with a status that it may not show', Object.assign(new Error('secret'), { status: 404 })],
    ['a text', 'secret'],
    ['nothing', undefined],
  ])('gives a bare 500 for %s, and reports it', async (_what, error) => {
    const { agent, reports } = await world(failing(error));
    const answer = await agent.get('/payments/p-1');
    expect([answer.status, answer.body]).toEqual([
      500,
      { type: 'about:blank', title: 'Internal Server Error', status: 500 },
    ]);
    expect(reports).toHaveLength(1);
  });

  it('says why it is not ready, and that it is live', async () => {
    const { agent } = await world(paid, { health: { check: async () => ['the store cannot be used'] } });
    const live = await agent.get('/health/live');
    expect([live.status, live.body, live.headers['cache-control']]).toEqual([200, { status: 'live' }, 'no-store']);
    for (const path of ['/health', '/health/ready']) {
      const answer = await agent.get(path);
      expect([answer.status, answer.body]).toMatchObject([503, { reasons: ['the store cannot be used'] }]);
      expect(answer.headers['cache-control']).toBe('no-store');
    }
    const ready = await (await world(paid)).agent.get('/health/ready');
    expect([ready.status, ready.body]).toEqual([200, { status: 'ready' }]);
  });

  it('answers many at once, each with its own', async () => {
    const { agent } = await world((sent) => ({ paymentId: (sent as { readonly paymentId?: string }).paymentId }));
    const ids = Array.from({ length: 50 }, (_, n) => `p-${n}`);
    const answers = await Promise.all(ids.map(async (id) => (await agent.get(`/payments/${id}`)).body as unknown));
    expect(answers).toEqual(ids.map((paymentId) => ({ paymentId })));
  });
});

it.each(httpFrameworks.filter(({ name }) => name !== 'Hono'))(
  'a path that cannot be decoded is refused on $name',
  async ({ listenerOf }) => {
    const listener = await listenerOf({
      bus: { send: async () => null },
      routes: [makeRoute('get', '/payments/:paymentId', GetPayment)],
      onError: () => undefined,
    });
    const answer = await request(listener).get('/payments/%zz');
    expect([answer.status, answer.body]).toMatchObject([400, { detail: 'The path has invalid percent-encoding.' }]);
  },
);
