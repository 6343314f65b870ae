import { CreatePayment } from '@anywise/contracts/payments';
import { route } from 'anywise/express';

export const createPaymentRoute = route('post', '/payments', CreatePayment, {
  status: 201,
  idempotencyKey: true,
  headers: ({ paymentId }) => ({ location: `/payments/${paymentId}` }),
});
