import { GetPaymentOfOrder } from '@anywise/contracts/payments';
import { on } from 'anywise';
import { PaymentRepository } from '../payment.js';

/** Has no route: other services ask, and have decided already that their user may see it. */
export const getPaymentOfOrder = on(GetPaymentOfOrder)
  .inject({ payments: PaymentRepository })
  .handle(async ({ orderId, payerId }, _context, { payments }) => {
    const payment = await payments.findOf(orderId, payerId);
    return payment ?? null;
  });
