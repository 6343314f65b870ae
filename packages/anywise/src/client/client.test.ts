import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { command, event, query } from '../core/message/declare.js';
import { domainError } from '../core/message/domain-error.js';
import type { FetchedAnswer, FetchOptions } from './attempt.js';
import { createClient, type ClientOptions } from './client.js';
import { ProblemError } from './problem-error.js';
import { routesIn, type ClientRoute } from './routes.js';

const Order = z.object({ orderId: z.string(), amount: z.int() });

class Declined extends domainError('shop.declined', {
  data: z.object({ reason: z.string() }),
  message: ({ reason }) => `declined: ${reason}`,
}) {}
class Place extends command('shop.place', { data: z.object({ amount: z.int() }), reply: Order, errors: [Declined] }) {}
class Cancel extends command('shop.cancel', { data: z.object({ orderId: z.string(), why: z.string().optional() }) }) {}
class Get extends query('shop.get', {
  data: z.object({ orderId: z.string(), tags: z.array(z.string()).optional() }),
  reply: Order.nullable(),
}) {}
class Count extends query('shop.count', { reply: z.int() }) {}
class Tag extends command('shop.tag', { data: z.object({ tags: z.set(z.string()) }) }) {}

const routes: readonly ClientRoute[] = [
  { method: 'post', path: '/orders', message: Place, idempotencyKey: true },
  { method: 'post', path: '/orders/:orderId/cancel', message: Cancel },
  { method: 'get', path: '/orders/:orderId', message: Get },
  { method: 'get', path: '/count', message: Count },
  { method: 'put', path: '/tags', message: Tag },
];

type Reply = readonly [status: number, body?: unknown, headers?: Readonly<Record<string, string>>] | Error | 'never';
type Request = FetchOptions & { readonly url: string };

/** A client whose requests are answered in this order, the last answer for ever; and what was requested. */
function clientOf(replies: readonly Reply[], options: Partial<ClientOptions> = {}) {
  const requests: Request[] = [];
  const fetch = async (url: string, request: FetchOptions): Promise<FetchedAnswer> => {
    const reply = replies[Math.min(requests.length, replies.length - 1)] ?? [204];
    requests.push({ url, ...request });
    if (reply === 'never') return new Promise(() => undefined);
    if (reply instanceof Error) throw reply;
    const [status, body, headers = {}] = reply;
    const type = status < 400 ? 'application/json; charset=utf-8' : 'application/problem+json';
    const all = new Map(Object.entries({ 'content-type': type, ...headers }));
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return {
      status,
      headers: { get: (name) => all.get(name) ?? null },
      text: async () => (body === undefined ? '' : text),
    };
  };
  return { client: createClient({ url: 'https://shop.example/api/', routes, fetch, ...options }), requests };
}

const order = { orderId: 'o-1', amount: 5 };
const problem = (status: number, more: object = {}): Reply => [
  status,
  { type: 'about:blank', title: 'x', status, ...more },
];

describe('a message becomes a request', () => {
  it('whose body has the fields that are not in the path', async () => {
    const { client, requests } = clientOf([[201, order]]);
    expect(await client.send(new Place({ amount: 5 }))).toEqual(order);
    expect(requests).toMatchObject([
      {
        url: 'https://shop.example/api/orders',
        method: 'POST',
        body: '{"amount":5}',
        headers: { 'content-type': 'application/json' },
      },
    ]);
  });

  it('whose path and query have them for `get`', async () => {
    const { client, requests } = clientOf([[200, order]]);
    await client.send(new Get({ orderId: 'a/b ü', tags: ['x&y', 'z'] }));
    expect(requests[0]).toMatchObject({
      url: 'https://shop.example/api/orders/a%2Fb%20%C3%BC?tags=x%26y&tags=z',
      method: 'GET',
    });
    expect(requests[0]).not.toHaveProperty('body');
    expect(requests[0]?.headers).not.toHaveProperty('content-type');
  });

  it('without a body where nothing is left for one', async () => {
    const { client, requests } = clientOf([[204]]);
    await expect(client.send(new Cancel({ orderId: 'o-1' }))).resolves.toBeUndefined();
    expect(requests[0]).not.toHaveProperty('body');
  });

  it.each([
    ['an empty text', new Get({ orderId: '' })],
    ['one dot', new Get({ orderId: '.' })],
    ['two dots', new Get({ orderId: '..' })],
    ['half a letter', new Get({ orderId: '\ud800' })],
    ['a set in a body', new Tag({ tags: new Set(['a']) })],
  ])('only if it can: not with %s', async (_kind, message) => {
    const { client, requests } = clientOf([[204]]);
    await expect(client.send(message)).rejects.toMatchObject({ code: 'INVALID_MESSAGE' });
    expect(requests).toEqual([]);
  });

  it('with the headers of the moment', async () => {
    let token = 0;
    const { client, requests } = clientOf([[200, 1]], {
      headers: async () => ({ authorization: `Bearer ${++token}` }),
    });
    await client.send(new Count());
    await client.send(new Count());
    expect(requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer 1', 'Bearer 2']);
  });
});

describe('an answer', () => {
  it('has what the contract knows, and nothing else', async () => {
    const { client } = clientOf([[200, { ...order, more: true }]]);
    expect(await client.send(new Get({ orderId: 'o-1' }))).toEqual(order);
  });

  it.each<[kind: string, reply: Reply]>([
    ['is no reply of the contract', [200, { orderId: 5 }]],
    ['is no JSON', [200, '<html>']],
    ['is empty', [200]],
    ['is a domain error with other data', [422, { type: 'shop.declined', status: 422, data: {} }]],
  ])('is unreadable if it %s', async (_kind, reply) => {
    await expect(clientOf([reply]).client.send(new Place({ amount: 5 }))).rejects.toMatchObject({
      code: 'UNREADABLE_MESSAGE',
      message: expect.stringContaining('POST /orders was answered with'),
    });
  });

  it('of 404 is `null` where a query found nothing, and an error elsewhere', async () => {
    const get = new Get({ orderId: 'o-1' });
    expect(await clientOf([problem(404, { detail: 'Not found.' })]).client.send(get)).toBeNull();
    for (const reply of [
      problem(404, { code: 'NO_ROUTE' }),
      [404, '<html>', { 'content-type': 'text/html' }] as const,
    ]) {
      await expect(clientOf([reply]).client.send(get)).rejects.toMatchObject({ name: 'ProblemError', status: 404 });
    }
    await expect(clientOf([problem(404)]).client.send(new Count())).rejects.toMatchObject({ status: 404 });
    await expect(clientOf([problem(404)]).client.send(new Place({ amount: 5 }))).rejects.toMatchObject({ status: 404 });
  });

  it('may be a domain error of the contract, thrown or as a value', async () => {
    const { client } = clientOf([[402, { type: 'shop.declined', status: 402, data: { reason: 'no funds' } }]]);
    const thrown = client.send(new Place({ amount: 5 }));
    await expect(thrown).rejects.toBeInstanceOf(Declined);
    await expect(thrown).rejects.toMatchObject({ message: 'declined: no funds', data: { reason: 'no funds' } });
    const tried = await client.trySend(new Place({ amount: 5 }));
    expect(tried).toMatchObject({ ok: false, error: { data: { reason: 'no funds' } } });
    expect(await clientOf([[201, order]]).client.trySend(new Place({ amount: 5 }))).toEqual({ ok: true, value: order });
    await expect(clientOf([problem(401)]).client.trySend(new Place({ amount: 5 }))).rejects.toMatchObject({
      status: 401,
    });
  });

  it('names the fields that the server refused', async () => {
    const errors = [{ field: 'a/b', pointer: '#/a~1b/0', detail: 'is wrong' }];
    const { client } = clientOf([problem(400, { code: 'INVALID_MESSAGE', errors })]);
    await expect(client.send(new Place({ amount: 5 }))).rejects.toMatchObject({
      name: 'InvalidMessageError',
      messageType: 'shop.place',
      issues: [{ message: 'is wrong', path: ['a/b', '0'] }],
    });
  });

  it.each([
    [409, 'IDEMPOTENCY_CONFLICT', false],
    [429, 'RATE_LIMITED', true],
    [503, 'OVERLOADED', true],
    [504, 'TIMEOUT', true],
  ])('of %i has the code of the bus: %s', async (status, code, retryable) => {
    const { client } = clientOf([problem(status, { code, detail: 'why' })], { retries: 0 });
    await expect(client.send(new Place({ amount: 5 }))).rejects.toMatchObject({
      code,
      retryable,
      message: 'POST /orders: why',
    });
  });

  it('of any other kind keeps its document', async () => {
    const failure = await clientOf([problem(401, { detail: 'No token.' })])
      .client.send(new Count())
      .catch((error: unknown) => error);
    expect(ProblemError.is(failure)).toBe(true);
    expect(failure).toMatchObject({
      message: 'GET /count was answered with 401: No token.',
      problem: { detail: 'No token.' },
      retryable: false,
    });
  });
});

describe('a request is repeated', () => {
  const key = (requests: readonly Request[]) => new Set(requests.map(({ headers }) => headers['idempotency-key']));

  it.each<[kind: string, reply: Reply]>([
    ['there is no answer', new Error('ECONNREFUSED')],
    ['the server is away', problem(503)],
    ['the server is busy', problem(429, { code: 'RATE_LIMITED' })],
    ['a proxy gave up', [504, '<html>', { 'content-type': 'text/html' }]],
  ])('where %s, under the same key', async (_kind, reply) => {
    const { client, requests } = clientOf([reply, reply, [201, order]]);
    expect(await client.send(new Place({ amount: 5 }))).toEqual(order);
    expect([requests.length, key(requests).size]).toEqual([3, 1]);
    expect([...key(requests)][0]).toMatch(/^[\da-f-]{36}$/);
  });

  it('as often as it may be, and then fails with the last answer', async () => {
    const { client, requests } = clientOf([new Error('ECONNREFUSED')], { retries: 1 });
    await expect(client.send(new Count())).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    expect(requests).toHaveLength(2);
  });

  it('under the key of the caller, and another one for each `send` without', async () => {
    const { client, requests } = clientOf([[201, order]]);
    await client.send(new Place({ amount: 5 }), { idempotencyKey: 'k-1' });
    await client.send(new Place({ amount: 5 }));
    await client.send(new Place({ amount: 5 }));
    expect(key(requests).size).toBe(3);
    expect(key(requests)).toContain('k-1');
  });

  it('never where it could take effect twice, and then has no key', async () => {
    const { client, requests } = clientOf([problem(503)]);
    await expect(client.send(new Cancel({ orderId: 'o-1' }))).rejects.toMatchObject({ status: 503, retryable: true });
    expect(requests).toHaveLength(1);
    expect(requests[0]?.headers).not.toHaveProperty('idempotency-key');
    const refused = client.send(new Cancel({ orderId: 'o-1' }), { idempotencyKey: 'k-1' });
    await expect(refused).rejects.toThrow('POST /orders/:orderId/cancel takes no `idempotencyKey`');
  });

  it.each<[kind: string, reply: Reply]>([
    ['was refused', problem(400, { code: 'INVALID_MESSAGE' })],
    ['failed in the server', problem(500)],
    ['was answered by a domain error', [422, { type: 'shop.declined', status: 422, data: { reason: 'no' } }]],
  ])('not if it %s', async (_kind, reply) => {
    const { client, requests } = clientOf([reply]);
    await expect(client.send(new Place({ amount: 5 }))).rejects.toThrow();
    expect(requests).toHaveLength(1);
  });

  it('not if the server asks for more time than there is', async () => {
    const { client, requests } = clientOf([[503, { status: 503 }, { 'retry-after': '60' }]]);
    await expect(client.send(new Count())).rejects.toMatchObject({ status: 503 });
    expect(requests).toHaveLength(1);
  });

  it.each(['0', new Date(0).toUTCString(), 'soon'])('after what the server asks for: %s', async (header) => {
    const { client } = clientOf([
      [503, { status: 503 }, { 'retry-after': header }],
      [200, 7],
    ]);
    expect(await client.send(new Count())).toBe(7);
  });
});

describe('a request ends', () => {
  it('when its time is over, even if `fetch` does not notice', async () => {
    const { client } = clientOf(['never'], { timeoutMs: 20 });
    await expect(client.send(new Count())).rejects.toMatchObject({ code: 'TIMEOUT', retryable: true });
    await expect(client.send(new Count(), { timeoutMs: 5 })).rejects.toThrow('GET /count took longer than 5 ms');
    const headers = async (): Promise<never> => new Promise(() => undefined);
    await expect(clientOf([[200, 1]], { headers, timeoutMs: 5 }).client.send(new Count())).rejects.toMatchObject({
      code: 'TIMEOUT',
    });
  });

  it('with the reason of its signal, before, while and between attempts', async () => {
    const reason = new Error('left the page');
    const { client, requests } = clientOf(['never']);
    await expect(client.send(new Count(), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const sending = client.send(new Count(), { signal: controller.signal });
    controller.abort(reason);
    await expect(sending).rejects.toBe(reason);
    expect(requests.every(({ signal }) => signal.aborted)).toBe(true);

    const between = new AbortController();
    const waiting = clientOf([[503, { status: 503 }, { 'retry-after': '5' }]]).client.send(new Count(), {
      signal: between.signal,
    });
    setTimeout(() => between.abort(reason), 20);
    await expect(waiting).rejects.toBe(reason);
  });
});

describe('a message', () => {
  it('without a route is refused', async () => {
    class Other extends command('shop.other') {}
    await expect(clientOf([[204]]).client.send(new Other())).rejects.toMatchObject({
      code: 'NO_HANDLER',
      message: 'No route sends `shop.other`. Add its route to the `routes` of the client.',
    });
  });

  it('goes to the first of its routes, and to the service that the route names', async () => {
    const two: readonly ClientRoute[] = [
      { method: 'get', path: '/first', message: Count, url: 'https://other.example' },
      { method: 'get', path: '/second', message: Count },
    ];
    const { client, requests } = clientOf([[200, 1]], { routes: two });
    await client.send(new Count());
    expect(requests[0]?.url).toBe('https://other.example/first');
  });

  it('is a command or a query', async () => {
    class Placed extends event('shop.placed', { data: Order, entityId: ({ orderId }) => orderId }) {}
    await expect(clientOf([[204]]).client.send(new Placed(order) as never)).rejects.toMatchObject({
      code: 'NO_HANDLER',
    });
    await expect(clientOf([[204]]).client.send({} as never)).rejects.toMatchObject({ code: 'INVALID_MESSAGE' });
  });
});

describe('a client', () => {
  it('says all that is wrong with its routes', () => {
    const wrong = [{ method: 'GET', path: 'orders/*all', message: {} }, routes[0]];
    expect(() => createClient({ routes: wrong as never })).toThrowErrorMatchingInlineSnapshot(`
      "\`createClient()\` has 6 problems:
        - route 1: \`GET\` is not a method. Did you mean \`get\`?
        - route 1 has no path that starts with a slash
        - route 1 has a path with wildcards, which a client cannot fill in
        - route 1 has no message
        - route 1 has no valid URL; set \`url\`, such as \`https://shop.example\`
        - route 2 has no valid URL; set \`url\`, such as \`https://shop.example\`"
    `);
    expect(() => createClient({ routes: 5 as never })).toThrow('`routes` is not a list');
  });
});

describe('the routes in an OpenAPI document', () => {
  it('are found by the messages that it names', () => {
    const key = { name: 'Idempotency-Key', in: 'header' };
    const paths = {
      '/orders/{orderId}': { get: { 'x-anywise-message': 'shop.get' }, delete: {} },
      '/orders': { post: { 'x-anywise-message': 'shop.place', parameters: [key] } },
    };
    expect(routesIn({ paths }, 'https://a.example')).toEqual([
      {
        method: 'get',
        path: '/orders/:orderId',
        message: { type: 'shop.get' },
        idempotencyKey: false,
        url: 'https://a.example',
      },
      {
        method: 'post',
        path: '/orders',
        message: { type: 'shop.place' },
        idempotencyKey: true,
        url: 'https://a.example',
      },
    ]);
  });

  it.each([[{}], [{ paths: {} }], [{ paths: { '/a': { get: {} } } }]])('must be there: %j', (document) => {
    expect(() => routesIn(document)).toThrow(expect.objectContaining({ code: 'INVALID_SETUP' }));
  });
});
