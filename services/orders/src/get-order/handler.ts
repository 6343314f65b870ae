import { GetOrder } from '@anywise/contracts/orders';
import { CurrentUser } from '@anywise/service';
import { on } from 'anywise';
import { OrderRepository } from '../order.js';

export const getOrder = on(GetOrder)
  .inject({ orders: OrderRepository })
  .handle(async ({ orderId }, context, { orders }) => {
    const order = await orders.findFor(context.get(CurrentUser), orderId);
    return order ?? null;
  });
