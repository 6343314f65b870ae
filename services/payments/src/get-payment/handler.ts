import { GetPayment } from '@anywise/contracts/payments';
import { on } from 'anywise';
import { PaymentRepository } from '../payment.js';

export const getPayment = on(GetPayment)
  .inject({ payments: PaymentRepository })
  .handle(async ({ paymentId }, _context, { payments }) => (await payments.find(paymentId)) ?? null);
