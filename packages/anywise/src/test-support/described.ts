import { z } from 'zod';
import { command, contract, entity, event, MessageRegistry, on, projection, saga } from '../index.js';

class Pay extends command('shop.pay', { data: z.object({ id: z.string() }) }) {}
class Paid extends event('shop.paid', { data: z.object({ id: z.string() }), entityId: ({ id }) => id }) {}

/** What a service is made of, as its module exports it. */
export const app = {
  contracts: [contract('shop', { Pay, Paid })],
  registry: new MessageRegistry('shop').register(
    entity('shop.payment', { state: z.string() }).create(Paid, ({ id }) => id),
    projection('shop.payments', { version: 2, tables: {} }).on(Paid, () => undefined),
    saga('shop.thanks', { state: z.string() }).starts(Paid, ({ id }, saga) => saga.to(id)),
    on(Pay).handle(async () => undefined),
    on(Paid)
      .named('thank')
      .listen(() => undefined),
    on(Paid)
      .named('sum')
      .batch({ max: 50 })
      .listen(() => undefined),
  ),
};
