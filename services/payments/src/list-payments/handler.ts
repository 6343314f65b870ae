import { ListPayments } from '@anywise/contracts/payments';
import { CurrentUser } from '@anywise/service';
import { on } from 'anywise';
import { PaymentRepository } from '../payment.js';

export const listPayments = on(ListPayments)
  .inject({ payments: PaymentRepository })
  .handle(async ({ cursor, limit }, context, { payments }) => {
    // One more than asked for tells whether there is a next page.
    const found = await payments.listFor(context.get(CurrentUser), limit + 1, cursor);
    const items = found.slice(0, limit);
    const nextCursor = found.length > limit ? (items.at(-1)?.paymentId ?? null) : null;
    return { items, nextCursor };
  });
