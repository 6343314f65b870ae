import { z } from 'zod';
import { command, contract, event, MessageRegistry, on } from '../index.js';

class Pay extends command('shop.pay', { data: z.object({ id: z.string() }) }) {}
class Paid extends event('shop.paid', { data: z.object({ id: z.string() }), entityId: ({ id }) => id }) {}

/** What a service is made of, as its module exports it. */
export const app = {
  contracts: [contract('shop', { Pay, Paid })],
  registry: new MessageRegistry('shop').register(
    on(Pay).handle(async () => undefined),
    on(Paid)
      .named('thank')
      .listen(() => undefined),
  ),
};
