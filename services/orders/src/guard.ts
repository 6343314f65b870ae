import { GetOrder, ListOrders, PlaceOrder } from '@anywise/contracts/orders';
import { CurrentUser } from '@anywise/service';
import { on, TerminalError } from 'anywise';
import { authorized } from 'anywise/guards';

/** An order belongs to a user: without one, none is placed and none is shown. Whose a user may see is the query's `WHERE`. */
export const usersOnly = on(PlaceOrder, GetOrder, ListOrders).guard(
  authorized({
    allow: (_message, context) => context.find(CurrentUser) !== undefined,
    refusal: ({ type }) =>
      new TerminalError(`\`${type}\` came without a user. Send it with \`CurrentUser\` in its context.`),
  }),
);
