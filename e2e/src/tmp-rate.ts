import { createClient } from './client.js';
import { trade } from './customers.js';
import { openShop } from './shop.js';
import { createWorld } from './world.js';
const world = await createWorld();
const payments = world.start('payments'),
  orders = world.start('orders');
await Promise.all([payments.url(), orders.url()]);
const c = trade(openShop({ client: createClient(world.token), payments, orders }), Math.random);
for (let i = 0; i < 6; i++) {
  await new Promise((r) => setTimeout(r, 1000));
  console.log(c.paid.length, c.unpaid.length);
}
await c.close();
console.log(payments.output.split('\n').slice(-12).join('\n'));
await world[Symbol.asyncDispose]();
