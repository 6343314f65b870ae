import { CreatePayment, GetPayment, ListPayments } from '@anywise/contracts/payments';
import { CurrentUser } from '@anywise/service';
import { on, TerminalError } from 'anywise';
import { authorized } from 'anywise/guards';

/**
 * A payment belongs to a user: without one, payments cannot be made or read. The query's `WHERE` decides which payments a
 * user sees.
 */
export const usersOnly = on(CreatePayment, GetPayment, ListPayments).guard(
  authorized({
    allow: (_message, context) => context.find(CurrentUser) !== undefined,
    refusal: ({ type }) => new TerminalError(`\`${type}\` has no user. Send it with \`CurrentUser\` in its context.`),
  }),
);
