import type { Payment } from '@anywise/contracts/payments';
import { describePaging } from '@anywise/service/testing';
import { app } from '../app.js';
import { PaymentRepository } from '../payment.js';

describePaging<Payment>(app, {
  path: '/payments',
  body: (number) => ({ orderId: 'o-1', amount: number, currency: 'EUR' }),
  numberOf: ({ amount }) => amount,
  list: (sql, user, after) => new PaymentRepository(sql).listFor(user, 10, after),
});
