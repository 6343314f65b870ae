import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { command, query } from '../core/message/declare.js';
import { type } from '../core/message/schema.js';
import { route } from '../express/route.js';
import { CancelOrder, Declined, GetOrder, PlaceOrder } from '../test-support/documented-shop.js';
import { openapi, type DocumentedRoute, type OpenApiOptions } from './openapi.js';

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: object } } };
  readonly responses: Readonly<Record<string, object>>;
}
interface Parsed {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>>; readonly securitySchemes?: object };
  readonly security: readonly object[];
}

const documentOf = (routes: readonly DocumentedRoute[], options: Partial<OpenApiOptions> = {}) =>
  openapi(routes, { title: 'shop', version: '1.0.0', ...options }) as unknown as Parsed;

const place = route('post', '/orders', PlaceOrder, { status: 201, idempotencyKey: true });
const get = route('get', '/orders/:orderId', GetOrder);
const cancel = route('post', '/orders/:orderId/cancel', CancelOrder);
const only = (routes: readonly DocumentedRoute[], options?: Partial<OpenApiOptions>): Operation => {
  const [operation] = Object.values(documentOf(routes, options).paths).flatMap((methods) => Object.values(methods));
  if (operation === undefined) throw new Error('The document has no operation.');
  return operation;
};
const statuses = (operation: Operation) => Object.keys(operation.responses);

describe('an operation', () => {
  it('takes the fields of its message from the body', () => {
    const { operationId, summary, requestBody } = only([place]);
    expect([operationId, summary]).toEqual(['placeOrder', 'Places an order.']);
    expect(requestBody?.content['application/json']).toMatchObject({
      schema: {
        properties: { customerId: { minLength: 1 }, currency: { $ref: '#/components/schemas/Currency' } },
        required: ['customerId', 'currency', 'lines'],
      },
      example: { customerId: 'customerId', currency: 'EUR', lines: [{ sku: 'sku' }] },
    });
  });

  it('takes them from path and query for `get`', () => {
    expect(only([get]).parameters).toEqual([
      { name: 'orderId', in: 'path', required: true, schema: { type: 'string' } },
      { name: 'currency', in: 'query', required: false, schema: { $ref: '#/components/schemas/Currency' } },
    ]);
    expect(documentOf([get]).paths).toHaveProperty(['/orders/{orderId}', 'get']);
  });

  it('has no body where the path says everything', () => {
    expect(only([cancel])).not.toHaveProperty('requestBody');
  });

  it('answers with the reply, the problems of the request, and domain errors', () => {
    expect(statuses(only([place]))).toEqual(['201', '400', '409', '422', 'default']);
    expect(statuses(only([place], { statuses: [[Declined, 402]] }))).toEqual(['201', '400', '402', '409', 'default']);
    expect(statuses(only([cancel]))).toEqual(['204', '400', 'default']);
    expect(statuses(only([get]))).toEqual(['200', '400', '404', 'default']);
  });

  it('has a reply without `null`, which is answered with 404', () => {
    expect(documentOf([get]).components.schemas.ShopGetOrderReply).toMatchObject({ type: 'object' });
  });

  it('describes the data of a domain error', () => {
    const { schemas } = documentOf([place]).components;
    expect(schemas.ShopDeclinedProblem).toMatchObject({
      allOf: [
        {},
        { properties: { type: { const: 'shop.declined' }, data: { $ref: '#/components/schemas/ShopDeclined' } } },
      ],
    });
  });

  it('tells about the key that makes it repeatable', () => {
    expect(only([place]).parameters).toMatchObject([{ name: 'Idempotency-Key', in: 'header', required: false }]);
  });

  it('shows what the caller sends where `input` reads something else', () => {
    const documented = z.object({ text: z.string() });
    const input = () => ({ customerId: 'c', currency: 'EUR', lines: [] });
    const body = only([route('post', '/orders', PlaceOrder, { input, documented })]).requestBody;
    expect(body?.content['application/json'].schema).toMatchObject({ properties: { text: { type: 'string' } } });
  });

  it('has a name of its own where a message has two routes', () => {
    const { paths } = documentOf([place, route('put', '/orders', PlaceOrder)]);
    expect(Object.values(paths['/orders'] ?? {}).map(({ operationId }) => operationId)).toEqual([
      'placeOrder',
      'placeOrderByOrdersPut',
    ]);
  });

  it('takes a body that is a union as a whole', () => {
    const data = z.union([z.object({ a: z.string() }), z.object({ b: z.string() })]);
    class Either extends command('shop.either', { data }) {}
    expect(only([route('post', '/either', Either)]).requestBody?.content['application/json'].schema).toMatchObject({
      anyOf: [{ required: ['a'] }, { required: ['b'] }],
    });
  });

  it('survives a message that contains itself, and one whose schema says nothing', () => {
    const Folder = z.object({
      name: z.string(),
      get inner() {
        return z.array(Folder);
      },
    });
    class Put extends command('shop.put', { data: Folder, reply: Folder }) {}
    class Look extends query('shop.look', { data: type<{ readonly id: string }>() }) {}
    const { paths, components } = documentOf([route('post', '/put', Put), route('get', '/look/:id', Look)]);
    expect(paths['/put']?.post?.requestBody?.content['application/json'].schema).toMatchObject({
      properties: { inner: { items: { $ref: '#/components/schemas/Itself' } } },
    });
    expect(components.schemas.Itself).toMatchObject({ required: ['name', 'inner'] });
    expect(paths['/look/{id}']?.get?.parameters).toEqual([
      { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
    ]);
  });

  it('documents a route that nobody made with `route`', () => {
    const parse = () => new CancelOrder({ orderId: 'o-1' });
    const bare = { method: 'post', path: '/bare', message: { type: 'shop.bare', parse } };
    expect(only([bare])).toMatchObject({ operationId: 'shopBare', summary: 'shop.bare' });
  });
});

describe('the OpenAPI document', () => {
  it('lets everybody in where there is no security scheme, and answers 401 where there is one', () => {
    expect(documentOf([cancel])).toMatchObject({ security: [] });
    const bearer = { type: 'http', scheme: 'bearer' };
    const guarded = documentOf([cancel], { security: { bearer } });
    expect(guarded).toMatchObject({ security: [{ bearer: [] }], components: { securitySchemes: { bearer } } });
    expect(statuses(only([cancel], { security: { bearer } }))).toContain('401');
  });

  it('says what it was told of the service', () => {
    const about = { description: 'Sells.', license: 'MIT', servers: ['https://shop.example'] };
    expect(documentOf([], about)).toMatchObject({
      openapi: '3.1.1',
      info: { title: 'shop', version: '1.0.0', description: 'Sells.', license: { identifier: 'MIT' } },
      servers: [{ url: 'https://shop.example' }],
    });
  });
});
