import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { contract } from '../core/message/contract.js';
import { command } from '../core/message/declare.js';
import { route } from '../express/route.js';
import { depot, depotBus, listingBus, PlaceOrder, shop, shopBus } from '../test-support/documented-shop.js';
import { catalog, type CatalogMessage } from './catalog.js';

const contracts = [shop, depot];
const entries = catalog([
  {
    description: shopBus.describe(),
    contracts,
    routes: [route('post', '/orders', PlaceOrder)],
    made: [{ type: 'shop.order-placed', deed: 'publishes', place: 'src/place.ts:9' }],
  },
  { description: depotBus.describe(), contracts },
  { description: listingBus.describe(), contracts },
]);
const entry = (type: string): CatalogMessage | undefined => entries.find((each) => each.type === type);

describe('the catalog', () => {
  it('has every message, by wire name', () => {
    expect(entries.map(({ type }) => type)).toEqual([
      'depot.shipped',
      'shop.cancel-order',
      'shop.get-order',
      'shop.order-placed',
      'shop.place-order',
    ]);
  });

  it('says who makes an event, and who hears it', () => {
    expect(entry('shop.order-placed')).toMatchObject({
      name: 'OrderPlaced',
      kind: 'event',
      slice: 'shop',
      version: 2,
      readsVersions: [1],
      summary: 'An order was placed.',
      makers: [{ service: 'shop', deed: 'publishes', place: 'src/place.ts:9' }],
      listeners: [{ service: 'depot', name: 'on-order-placed', runs: 'inside' }],
      handlers: [],
      projections: [{ service: 'desk', name: 'desk.orders', version: 3 }],
    });
  });

  it('says where a command is handled, by which routes it comes, and what it answers', () => {
    expect(entry('shop.place-order')).toMatchObject({
      handlers: [{ service: 'shop' }],
      routes: [{ service: 'shop', method: 'POST', path: '/orders' }],
      reply: { fields: [{ name: 'orderId' }, { name: 'currency' }] },
      errors: [{ type: 'shop.declined', fields: [{ name: 'reason', type: 'string', isRequired: true }] }],
    });
  });

  it('has the fields as rows, those of lists and objects included, and an example', () => {
    expect(entry('shop.place-order')?.data.fields).toEqual([
      { name: 'customerId', type: 'string, at least this long: 1', isRequired: true },
      { name: 'currency', type: 'one of "EUR", "USD"', isRequired: true },
      { name: 'lines', type: 'array of object', isRequired: true },
      { name: 'lines[].sku', type: 'string', isRequired: true },
      { name: 'lines[].count', type: 'integer, more than 0, at most 9007199254740991', isRequired: false },
    ]);
    expect(entry('shop.place-order')?.data.example).toMatchObject({ customerId: 'customerId', currency: 'EUR' });
  });
});

describe('an example', () => {
  const exampleOf = (data: z.ZodObject): unknown => {
    class Put extends command('shop.put', { data }) {}
    const put = contract('shop', { Put });
    return catalog([{ description: depotBus.describe(), contracts: [put] }])[0]?.data.example;
  };

  it.each([
    ['text', z.string().min(6), 'value.'],
    ['short text', z.string().max(2), 'va'],
    ['a date', z.iso.datetime(), '2026-01-31T12:00:00Z'],
    ['an address', z.email(), 'ada@example.org'],
    ['an id', z.uuid(), '018d5c3a-7b1e-7c00-8000-000000000001'],
    ['a link', z.url(), 'https://example.org/'],
    ['a whole number', z.int().min(3), 3],
    ['a small number', z.number().max(-5), -5],
    ['a step', z.int().min(7).multipleOf(5), 10],
    ['one of several', z.enum(['b', 'a']), 'b'],
    ['a literal', z.literal(5), 5],
    ['what may be missing', z.string().nullable(), 'value'],
    ['a list', z.array(z.boolean()).min(2), [true, true]],
    ['a pair', z.tuple([z.string(), z.int()]), ['value', 1]],
    ['a choice', z.union([z.object({ a: z.string() }), z.string()]), { a: 'a' }],
    ['what it says itself', z.string().meta({ examples: ['like this'] }), 'like this'],
    ['a default', z.string().default('preset'), 'preset'],
  ])('of %s', (_kind, value, expected) => {
    expect(exampleOf(z.object({ value }))).toEqual({ value: expected });
  });

  it('is left out where the schema refuses what JSON Schema allows', () => {
    expect(exampleOf(z.object({ value: z.string().refine((text) => text === 'secret') }))).toBeUndefined();
    expect(exampleOf(z.object({ value: z.string().regex(/^[a-z]{3}-\d$/) }))).toBeUndefined();
  });

  it('ends where data contains itself', () => {
    const Folder = z.object({
      name: z.string(),
      get inner() {
        return z.array(Folder).optional();
      },
    });
    expect(exampleOf(Folder)).toMatchObject({ name: 'name' });
  });
});
