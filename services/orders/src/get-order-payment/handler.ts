import { GetOrderPayment } from '@anywise/contracts/orders';
import { GetPaymentOfOrder } from '@anywise/contracts/payments';
import { CurrentUser } from '@anywise/service';
import { Anywise, on } from 'anywise';
import { OrderRepository } from '../order.js';

/** A person waits for the page, and would rather hear soon that payments does not answer. */
const timeoutMs = 2_000;

export const getOrderPayment = on(GetOrderPayment)
  .inject({ orders: OrderRepository, anywise: Anywise })
  .handle(async ({ orderId }, context, { orders, anywise }) => {
    const owner = await orders.ownerFor(context.get(CurrentUser), orderId);
    if (owner === undefined) return null;
    return anywise.send(new GetPaymentOfOrder({ orderId, payerId: owner.id }), { timeoutMs });
  });
