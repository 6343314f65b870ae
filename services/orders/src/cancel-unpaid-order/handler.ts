import { CancelUnpaidOrder, OrderCancelled } from '@anywise/contracts/orders';
import { Log } from '@anywise/service';
import { Anywise, on } from 'anywise';
import { OrderRepository } from '../order.js';

/** Enqueued when the order should have been paid. By the time it is handled, it may be. */
export const cancelUnpaidOrder = on(CancelUnpaidOrder)
  .inject({ orders: OrderRepository, anywise: Anywise, log: Log })
  .handle(async ({ orderId }, context, { orders, anywise, log }) => {
    const order = await orders.find(orderId);
    if (order?.status !== 'placed') return;
    await orders.cancel(orderId);
    await anywise.publish(new OrderCancelled({ orderId }));
    log.of(context).info({ orderId }, `Order ${orderId} was not paid in time and is cancelled`);
  });
