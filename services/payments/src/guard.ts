import { CreatePayment, GetPayment, ListPayments } from '@anywise/contracts/payments';
import { CurrentUser } from '@anywise/service';
import { on, TerminalError } from 'anywise';
import { authorized } from 'anywise/guards';

/** A payment belongs to a user: without one, none is taken and none is shown. Whose a user may see is the query's `WHERE`. */
export const usersOnly = on(CreatePayment, GetPayment, ListPayments).guard(
  authorized({
    allow: (_message, context) => context.find(CurrentUser) !== undefined,
    refusal: ({ type }) =>
      new TerminalError(`\`${type}\` came without a user. Send it with \`CurrentUser\` in its context.`),
  }),
);
