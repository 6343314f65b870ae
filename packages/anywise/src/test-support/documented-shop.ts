import { z } from 'zod';
import { Anywise } from '../core/bus/anywise.js';
import { entity } from '../core/entities/entity.js';
import { projection } from '../core/projections/projection.js';
import { contract } from '../core/message/contract.js';
import { command, event, query } from '../core/message/declare.js';
import { domainError } from '../core/message/domain-error.js';
import { on } from '../core/registry/on.js';
import { MessageRegistry } from '../core/registry/registry.js';

const Currency = z.enum(['EUR', 'USD']).meta({ id: 'Currency' });
const Order = z.object({ orderId: z.string(), currency: Currency });

export class Declined extends domainError('shop.declined', {
  data: z.object({ reason: z.string() }),
  message: () => 'declined',
}) {}

export class PlaceOrder extends command('shop.place-order', {
  summary: 'Places an order.',
  data: z.object({
    customerId: z.string().min(1),
    currency: Currency,
    lines: z.array(z.object({ sku: z.string(), count: z.int().positive().default(1) })),
  }),
  reply: Order,
  errors: [Declined],
}) {}
export class CancelOrder extends command('shop.cancel-order', { data: z.object({ orderId: z.string() }) }) {}
export class GetOrder extends query('shop.get-order', {
  data: z.object({ orderId: z.string(), currency: Currency.optional() }),
  reply: Order.nullable(),
}) {}
export class OrderPlaced extends event('shop.order-placed', {
  summary: 'An order was placed.',
  version: 2,
  data: z.object({ orderId: z.string(), note: z.string().default('none') }),
  entityId: ({ orderId }) => orderId,
  upcast: { 1: (old: object) => ({ ...old, note: 'old' }) },
}) {}
export class Shipped extends event('depot.shipped', {
  data: z.strictObject({ orderId: z.string() }),
  entityId: ({ orderId }) => orderId,
}) {}

export const shop = contract('shop', { PlaceOrder, CancelOrder, GetOrder, OrderPlaced });
export const depot = contract('depot', { Shipped });

const nothing = async (): Promise<undefined> => undefined;

/** Two services that hear each other. */
export const shopBus = new Anywise({
  name: 'shop',
  contracts: [shop, depot],
  registries: [
    new MessageRegistry('shop').register(
      on(PlaceOrder).handle(async () => ({ orderId: 'o-1', currency: 'EUR' as const })),
      on(CancelOrder).handle(nothing),
      on(GetOrder).handle(async () => null),
      on(Shipped).named('on-shipped').listen(nothing),
    ),
  ],
});
export const depotBus = new Anywise({
  name: 'depot',
  contracts: [shop, depot],
  registries: [new MessageRegistry('depot').register(on(OrderPlaced).named('on-order-placed').listen(nothing))],
});
/** A service that keeps orders as events, and a list of them. */
export const listingBus = new Anywise({
  name: 'desk',
  contracts: [shop, depot],
  registries: [
    new MessageRegistry('desk').register(
      entity('desk.order', { state: z.string() }).create(OrderPlaced, ({ orderId }) => orderId),
      projection('desk.orders', { version: 3, tables: {} }).on(OrderPlaced, nothing),
    ),
  ],
});
/** A service that says what it publishes. */
export const declaringBus = new Anywise({
  name: 'desk',
  contracts: [shop, depot],
  registries: [
    new MessageRegistry('desk').register(on(Shipped).named('on-shipped').publishes(OrderPlaced).listen(nothing)),
  ],
});
