import type { Order } from '@anywise/contracts/orders';
import { describePaging } from '@anywise/service/testing';
import { app } from '../app.js';
import { OrderRepository } from '../order.js';

describePaging<Order>(app, {
  path: '/orders',
  body: (number) => ({ customerId: 'c-1', amount: number, currency: 'EUR' }),
  numberOf: ({ amount }) => amount,
  list: (sql, user, after) => new OrderRepository(sql).listFor(user, 10, after),
});
