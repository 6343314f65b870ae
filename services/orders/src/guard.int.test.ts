import { GetOrder, GetOrderPayment, ListOrders, PlaceOrder } from '@anywise/contracts/orders';
import { startTestService } from '@anywise/service/testing';
import { expect, it } from '@jest/globals';
import { app } from './app.js';

it.each([
  new PlaceOrder({ customerId: 'c-1', amount: 1250, currency: 'EUR' }),
  new GetOrder({ orderId: 'o-1' }),
  new GetOrderPayment({ orderId: 'o-1' }),
  new ListOrders({}),
])('refuses $type where no user asks', async (message) => {
  await using orders = await startTestService(app);
  await expect(orders.service.anywise.send(message)).rejects.toThrow(
    `\`${message.type}\` has no user. Send it with \`CurrentUser\` in its context.`,
  );
});
