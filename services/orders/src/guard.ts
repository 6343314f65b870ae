import { GetOrder, GetOrderPayment, ListOrders, PlaceOrder } from '@anywise/contracts/orders';
import { CurrentUser } from '@anywise/service';
import { on, TerminalError } from 'anywise';
import { authorized } from 'anywise/guards';

/**
 * An order belongs to a user: without one, orders cannot be placed or read. The query's `WHERE` decides which orders a user
 * sees.
 */
export const usersOnly = on(PlaceOrder, GetOrder, GetOrderPayment, ListOrders).guard(
  authorized({
    allow: (_message, context) => context.find(CurrentUser) !== undefined,
    refusal: ({ type }) => new TerminalError(`\`${type}\` has no user. Send it with \`CurrentUser\` in its context.`),
  }),
);
