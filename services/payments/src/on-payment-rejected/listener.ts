import { PaymentRejected } from '@anywise/contracts/orders';
import { on } from 'anywise';
import { PaymentRepository } from '../payment.js';

export const onPaymentRejected = on(PaymentRejected)
  .inject({ payments: PaymentRepository })
  .listen(async ({ paymentId, reason }, _context, { payments }) => payments.reject(paymentId, reason));
