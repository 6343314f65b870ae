import { randomUUID } from 'node:crypto';
import { OrderPlaced, PlaceOrder, type Order } from '@anywise/contracts/orders';
import { CurrentUser } from '@anywise/service';
import { Anywise, on } from 'anywise';
import { OrderRepository } from '../order.js';

export const placeOrder = on(PlaceOrder)
  .inject({ orders: OrderRepository, anywise: Anywise })
  .handle(async ({ customerId, amount, currency }, context, { orders, anywise }) => {
    const orderId = randomUUID();
    const placedAt = new Date().toISOString();
    const order: Order = { orderId, customerId, amount, currency, status: 'placed', paymentId: null, placedAt };
    await orders.add(order, context.get(CurrentUser));
    await anywise.publish(new OrderPlaced({ orderId, customerId, amount, currency }));
    return order;
  });
