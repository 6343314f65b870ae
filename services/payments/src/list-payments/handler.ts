import { ListPayments } from '@anywise/contracts/payments';
import { CurrentUser, unknownCursor } from '@anywise/service';
import { on } from 'anywise';
import { PaymentRepository } from '../payment.js';

export const listPayments = on(ListPayments)
  .inject({ payments: PaymentRepository })
  .handle(async ({ cursor, limit }, context, { payments }) => {
    const user = context.get(CurrentUser);
    const last = cursor === undefined ? undefined : await payments.findFor(user, cursor);
    if (cursor !== undefined && last === undefined) throw unknownCursor(ListPayments.type);
    // Reads one more than requested, to know whether there is a next page.
    const found = await payments.listFor(user, limit + 1, last);
    const items = found.slice(0, limit);
    return { items, nextCursor: found.length > limit ? (items.at(-1)?.paymentId ?? null) : null };
  });
