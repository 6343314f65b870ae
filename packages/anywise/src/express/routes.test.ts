import { describe, expect, it } from '@jest/globals';
import express, { type Request } from 'express';
import request from 'supertest';
import { z } from 'zod';
import { contextKey } from '../core/message/context.js';
import { command, query } from '../core/message/declare.js';
import type { Command } from '../core/message/message.js';
import { notFound, problems } from './problems.js';
import { route, type Route } from './route.js';
import type { Sender, SenderOptions } from '../http/routes-options.js';
import { routes, type RoutesOptions } from './routes.js';

const Payment = z.object({ paymentId: z.string() });

class CreatePayment extends command('payments.create-payment', {
  data: z.object({ orderId: z.string(), amount: z.number().int().positive() }),
  reply: Payment,
}) {}
class CancelPayment extends command('payments.cancel-payment', {
  data: z.object({ paymentId: z.string(), reason: z.string().optional() }),
}) {}
class GetPayment extends query('payments.get-payment', {
  data: z.object({ paymentId: z.string(), currency: z.string().optional() }),
  reply: Payment.nullable(),
}) {}

const CurrentUser = contextKey<unknown>('current-user');

const create = route('post', '/payments', CreatePayment, { status: 201, idempotencyKey: true });
const cancel = route('delete', '/payments/:paymentId', CancelPayment);
const get = route('get', '/payments/:paymentId', GetPayment);
const userOf = (request: Request) => request.get('x-user') ?? 'nobody';

interface Sent {
  readonly command: Command;
  readonly options: SenderOptions | undefined;
}

function world(definitions: readonly Route[], reply?: unknown, options?: RoutesOptions) {
  const sent: Sent[] = [];
  const bus: Sender = {
    send: async (command, options) => {
      sent.push({ command, options });
      return reply;
    },
  };
  const app = express();
  app.use(routes(bus, definitions, { idempotencyScope: userOf, ...options }), notFound(), problems());
  return { app, sent };
}

describe('a request', () => {
  it('becomes an instance of its message', async () => {
    const { app, sent } = world([create], { paymentId: 'p-1' });
    await request(app).post('/payments').send({ orderId: 'o-1', amount: 5 });
    expect(sent.map(({ command }) => command)).toEqual([new CreatePayment({ orderId: 'o-1', amount: 5 })]);
    expect(sent[0]?.command).toBeInstanceOf(CreatePayment);
  });

  it('gives the path parameters precedence over the body', async () => {
    const { app, sent } = world([cancel]);
    await request(app).delete('/payments/p-1').send({ paymentId: 'p-2', reason: 'late' });
    expect(sent[0]?.command).toMatchObject({ paymentId: 'p-1', reason: 'late' });
  });

  it('gives the path parameters precedence over the query', async () => {
    const { app, sent } = world([get], null);
    await request(app).get('/payments/p-1?paymentId=p-2&currency=EUR');
    expect(sent[0]?.command).toMatchObject({ paymentId: 'p-1', currency: 'EUR' });
  });

  it('ignores a body where the method is get', async () => {
    const { app, sent } = world([get], null);
    await request(app).get('/payments/p-1').send({ currency: 'EUR' });
    expect(sent[0]?.command).toEqual(new GetPayment({ paymentId: 'p-1' }));
  });

  it('needs no body where the path says it all', async () => {
    const { app, sent } = world([cancel]);
    await request(app).delete('/payments/p-1');
    expect(sent[0]?.command).toEqual(new CancelPayment({ paymentId: 'p-1' }));
  });

  it('is read by `input` where the route has it', async () => {
    const swap = route('post', '/:id/cancel', CancelPayment, {
      input: ({ params, body }) => ({ paymentId: params.id, reason: (body as string[])[0] }),
    });
    const { app, sent } = world([swap]);
    await request(app).post('/p-1/cancel').send(['late']);
    expect(sent[0]?.command).toMatchObject({ paymentId: 'p-1', reason: 'late' });
  });

  it('brings its context', async () => {
    const { app, sent } = world([cancel], undefined, { context: (request) => [CurrentUser(userOf(request))] });
    await request(app).delete('/payments/p-1').set('x-user', 'ada');
    expect(sent[0]?.options).toEqual({ context: [CurrentUser('ada')], checkReply: true });
  });

  it('decodes path parameters', async () => {
    const { app, sent } = world([cancel]);
    await request(app).delete('/payments/a%2Fb%20c');
    expect(sent[0]?.command).toMatchObject({ paymentId: 'a/b c' });
  });
});

describe('an answer', () => {
  it('is the reply, with the status of the route', async () => {
    const { app } = world([create], { paymentId: 'p-1' });
    const answer = await request(app).post('/payments').send({ orderId: 'o-1', amount: 5 });
    expect([answer.status, answer.body]).toEqual([201, { paymentId: 'p-1' }]);
  });

  it('is 200 by default', async () => {
    const { app } = world([get], { paymentId: 'p-1' });
    const answer = await request(app).get('/payments/p-1');
    expect([answer.status, answer.body]).toEqual([200, { paymentId: 'p-1' }]);
  });

  it('is 204 where there is no reply', async () => {
    const { app } = world([cancel]);
    const answer = await request(app).delete('/payments/p-1');
    expect([answer.status, answer.text]).toEqual([204, '']);
  });

  it('keeps the status of the route where there is no reply', async () => {
    const { app } = world([{ ...cancel, status: 202 }]);
    const answer = await request(app).delete('/payments/p-1');
    expect([answer.status, answer.text]).toEqual([202, '']);
  });

  it('is 404 where a query finds nothing', async () => {
    const { app } = world([get], null);
    const answer = await request(app).get('/payments/p-1');
    expect([answer.status, answer.body]).toEqual([
      404,
      { type: 'about:blank', title: 'Not Found', status: 404, detail: 'Not found.' },
    ]);
  });

  it('has the headers that the route makes of the reply', async () => {
    const located = route('post', '/payments', CreatePayment, {
      headers: ({ paymentId }, { path }) => ({ location: `${path}/${paymentId}` }),
    });
    const { app } = world([located], { paymentId: 'p-1' });
    const answer = await request(app).post('/payments').send({ orderId: 'o-1', amount: 5 });
    expect(answer.headers).toMatchObject({ location: '/payments/p-1' });
  });

  it('to HEAD has the headers of GET and no body', async () => {
    const { app } = world([get], { paymentId: 'p-1' });
    const answer = await request(app).head('/payments/p-1');
    expect([answer.status, answer.headers['content-length'], answer.text]).toEqual([200, '19', undefined]);
  });

  it('to OPTIONS names the methods', async () => {
    const { app } = world([cancel, get]);
    const answer = await request(app).options('/payments/p-1');
    expect([answer.status, answer.headers.allow]).toEqual([200, 'DELETE, GET, HEAD']);
  });

  it('to what no route answers is 404', async () => {
    const { app, sent } = world([get]);
    const answer = await request(app).get('/refunds/1?secret=1');
    expect([answer.status, answer.body]).toMatchObject([404, { detail: 'No route matches `GET /refunds/1`.' }]);
    expect(sent).toEqual([]);
  });
});

describe('an `Idempotency-Key`', () => {
  const pay = (app: express.Express, key: string, user = 'ada') =>
    request(app).post('/payments').set('x-user', user).set('idempotency-key', key).send({ orderId: 'o-1', amount: 5 });

  it('reaches the bus with its owner', async () => {
    const { app, sent } = world([create]);
    await pay(app, 'k-1');
    expect(sent[0]?.options).toEqual({ context: [], checkReply: true, idempotencyKey: 'ada:k-1' });
  });

  it('of one owner never equals that of another', async () => {
    const { app, sent } = world([create]);
    await pay(app, 'b:c', 'a');
    await pay(app, 'c', 'a:b');
    expect(sent.map(({ options }) => options?.idempotencyKey)).toEqual(['a:b:c', 'a%3Ab:c']);
  });

  it('has an owner of any length and kind, and a length that every store takes', async () => {
    const { app, sent } = world([create], undefined, { idempotencyScope: () => owners[sent.length] ?? '' });
    const owners = ['é'.repeat(255), 'é'.repeat(254), '\ud800', '\ud801', '\ufffd', 'a'.repeat(80)];
    for (const _owner of owners) await pay(app, 'k-1');
    const keys = sent.map(({ options }) => options?.idempotencyKey ?? '');
    expect(new Set(keys).size).toBe(owners.length);
    for (const key of keys) expect(Buffer.byteLength(key)).toBeLessThan(500);
  });

  it('may be left out', async () => {
    const { app, sent } = world([create]);
    await request(app).post('/payments').send({ orderId: 'o-1', amount: 5 });
    expect(sent[0]?.options).toEqual({ context: [], checkReply: true });
  });

  it('is ignored where the route does not take it', async () => {
    const { app, sent } = world([cancel]);
    await request(app).delete('/payments/p-1').set('idempotency-key', 'not valid');
    expect(sent[0]?.options).toEqual({ context: [], checkReply: true });
  });

  it('may be 255 characters long', async () => {
    const { app } = world([create]);
    expect(await pay(app, '~'.repeat(255))).toMatchObject({ status: 201 });
  });

  it.each([
    ['is empty', ''],
    ['is longer than 255 characters', 'k'.repeat(256)],
    ['has a space', 'a b'],
    ['has a character outside ASCII', 'caf\u00e9'],
  ])('that %s is refused', async (_what, key) => {
    const { app, sent } = world([create]);
    const answer = await pay(app, key);
    expect([answer.status, answer.body]).toMatchObject([
      400,
      { detail: 'The `Idempotency-Key` must be 1 to 255 visible ASCII characters.' },
    ]);
    expect(sent).toEqual([]);
  });
});

describe('routes that cannot work', () => {
  const bus: Sender = { send: async () => undefined };

  it('are reported with the options that are out of range', () => {
    const wrong = { ...cancel, status: 99, idempotencyKey: 'yes' as unknown as boolean };
    expect(() => routes(bus, [wrong], { bodyLimitBytes: 0 })).toThrowErrorMatchingInlineSnapshot(`
      "\`routes()\` has 3 problems:
        - \`bodyLimitBytes\` is 0, but must be a whole number from 1
        - \`DELETE /payments/:paymentId\`: \`status\` is 99, but must be a whole number from 200 to 399
        - \`DELETE /payments/:paymentId\`: \`idempotencyKey\` is "yes", but must be a boolean"
    `);
  });

  it('are reported all at once', () => {
    const twin = route('get', '/payments/:id', GetPayment, { input: () => ({}) });
    const relative = route('delete', 'payments', CancelPayment);
    expect(() => routes(bus, [get, create, twin, relative])).toThrowErrorMatchingInlineSnapshot(`
      "\`routes()\` has 3 problems:
        - \`POST /payments\` takes an \`Idempotency-Key\`: set \`idempotencyScope\`, so that users never share keys
        - \`GET /payments/:id\` can never be reached: an earlier route answers the same requests
        - the path of \`DELETE payments\` must start with a slash"
    `);
  });
});
