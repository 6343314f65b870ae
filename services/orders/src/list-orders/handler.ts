import { ListOrders } from '@anywise/contracts/orders';
import { CurrentUser, unknownCursor } from '@anywise/service';
import { on } from 'anywise';
import { OrderRepository } from '../order.js';

export const listOrders = on(ListOrders)
  .inject({ orders: OrderRepository })
  .handle(async ({ cursor, limit }, context, { orders }) => {
    const user = context.get(CurrentUser);
    const last = cursor === undefined ? undefined : await orders.findFor(user, cursor);
    if (cursor !== undefined && last === undefined) throw unknownCursor(ListOrders.type);
    // Reads one more than requested, to know whether there is a next page.
    const found = await orders.listFor(user, limit + 1, last);
    const items = found.slice(0, limit);
    return { items, nextCursor: found.length > limit ? (items.at(-1)?.orderId ?? null) : null };
  });
