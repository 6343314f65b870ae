import { type as ark } from 'arktype';
import * as v from 'valibot';
import { z } from 'zod';
import { command, event } from './declare.js';
import type { ReplyOf } from './message.js';
import { on } from '../registry/on.js';
import type { Assert, Same } from '../../test-support/same-type.js';

// One command, declared with each library. What is inferred must be the same.
interface Order {
  orderId: string;
  lines: { price: number }[];
}
class PlaceWithZod extends command('orders.place-with-zod', {
  data: z.object({ customer: z.object({ name: z.string() }), currency: z.string().default('EUR') }),
  reply: z.object({ orderId: z.string(), lines: z.array(z.object({ price: z.number() })) }),
}) {}
class PlaceWithValibot extends command('orders.place-with-valibot', {
  data: v.object({ customer: v.object({ name: v.string() }), currency: v.optional(v.string(), 'EUR') }),
  reply: v.object({ orderId: v.string(), lines: v.array(v.object({ price: v.number() })) }),
}) {}
class PlaceWithArk extends command('orders.place-with-ark', {
  data: ark({ customer: { name: 'string' }, currency: "string = 'EUR'" }),
  reply: ark({ orderId: 'string', lines: ark({ price: 'number' }).array() }),
}) {}

export const placed = [
  new PlaceWithZod({ customer: { name: 'Ada' } }),
  new PlaceWithValibot({ customer: { name: 'Ada' } }),
  new PlaceWithArk({ customer: { name: 'Ada' } }),
] as const;

export type Inferred = [
  Assert<Same<ReplyOf<PlaceWithZod>, Order>>,
  Assert<Same<ReplyOf<PlaceWithValibot>, Order>>,
  Assert<Same<ReplyOf<PlaceWithArk>, Order>>,
  Assert<Same<(typeof placed)[number]['currency'], string>>,
  Assert<Same<(typeof placed)[number]['customer']['name'], string>>,
];

// What is inferred reaches the handler.
const reply = { orderId: 'o', lines: [{ price: 1 }] };
on(PlaceWithZod).handle(async ({ customer }) => ({ ...reply, orderId: customer.name }));
on(PlaceWithValibot).handle(async ({ customer }) => ({ ...reply, orderId: customer.name }));
on(PlaceWithArk).handle(async ({ customer }) => ({ ...reply, orderId: customer.name }));
// @ts-expect-error -- the price is a number
on(PlaceWithZod).handle(async () => ({ orderId: 'o', lines: [{ price: '1' }] }));
// @ts-expect-error -- the price is a number
on(PlaceWithValibot).handle(async () => ({ orderId: 'o', lines: [{ price: '1' }] }));
// @ts-expect-error -- the price is a number
on(PlaceWithArk).handle(async () => ({ orderId: 'o', lines: [{ price: '1' }] }));

// @ts-expect-error -- the name is missing
new PlaceWithZod({ customer: {} });
// @ts-expect-error -- the name is missing
new PlaceWithValibot({ customer: {} });
// @ts-expect-error -- the name is missing
new PlaceWithArk({ customer: {} });

const toDate = (text: string): Date => new Date(text);
// @ts-expect-error -- a `Date` could not go through the schema again
command('test.zod-date', { data: z.object({ at: z.string().transform(toDate) }) });
// @ts-expect-error -- a `Date` could not go through the schema again
command('test.valibot-date', { data: v.object({ at: v.pipe(v.string(), v.transform(toDate)) }) });
// @ts-expect-error -- a `Date` could not go through the schema again
command('test.ark-date', { data: ark({ at: 'string.date.parse' }) });

const entityId = (): string => 'e';
event('test.zod', { data: z.object({ at: z.iso.datetime() }), entityId });
event('test.valibot', { data: v.object({ at: v.pipe(v.string(), v.isoTimestamp()) }), entityId });
event('test.ark', { data: ark({ at: 'string.date.iso' }), entityId });
// @ts-expect-error -- a `Date` could not go through the schema again
event('test.zod-date', { data: z.object({ at: z.string().transform(toDate) }), entityId });
// @ts-expect-error -- a `Date` could not go through the schema again
event('test.valibot-date', { data: v.object({ at: v.pipe(v.string(), v.transform(toDate)) }), entityId });
// @ts-expect-error -- a `Date` could not go through the schema again
event('test.ark-date', { data: ark({ at: 'string.date.parse' }), entityId });
