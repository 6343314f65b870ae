import { randomUUID } from 'node:crypto';
import { CancelUnpaidOrder, OrderPlaced, PlaceOrder, type Order } from '@anywise/contracts/orders';
import { CurrentUser } from '@anywise/service';
import { Anywise, on } from 'anywise';
import { UnpaidLimitMs } from '../config.js';
import { OrderRepository } from '../order.js';

export const placeOrder = on(PlaceOrder)
  .inject({ orders: OrderRepository, anywise: Anywise, unpaidLimitMs: UnpaidLimitMs })
  .handle(async ({ customerId, amount, currency }, context, { orders, anywise, unpaidLimitMs }) => {
    const orderId = randomUUID();
    const placedAt = new Date().toISOString();
    const order: Order = { orderId, customerId, amount, currency, status: 'placed', paymentId: null, placedAt };
    const cancellationId = await anywise.enqueue(new CancelUnpaidOrder({ orderId }), { delayMs: unpaidLimitMs });
    await orders.add(order, context.get(CurrentUser), cancellationId);
    await anywise.publish(new OrderPlaced({ orderId, customerId, amount, currency }));
    return order;
  });
