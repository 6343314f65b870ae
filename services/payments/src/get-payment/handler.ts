import { GetPayment } from '@anywise/contracts/payments';
import { CurrentUser } from '@anywise/service';
import { on } from 'anywise';
import { PaymentRepository } from '../payment.js';

export const getPayment = on(GetPayment)
  .inject({ payments: PaymentRepository })
  .handle(async ({ paymentId }, context, { payments }) => {
    const payment = await payments.findFor(context.get(CurrentUser), paymentId);
    return payment ?? null;
  });
