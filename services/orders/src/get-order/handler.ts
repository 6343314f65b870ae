import { GetOrder } from '@anywise/contracts/orders';
import { on } from 'anywise';
import { OrderRepository } from '../order.js';

export const getOrder = on(GetOrder)
  .inject({ orders: OrderRepository })
  .handle(async ({ orderId }, _context, { orders }) => (await orders.find(orderId)) ?? null);
