import { ListOrders } from '@anywise/contracts/orders';
import { CurrentUser } from '@anywise/service';
import { on } from 'anywise';
import { OrderRepository } from '../order.js';

export const listOrders = on(ListOrders)
  .inject({ orders: OrderRepository })
  .handle(async ({ cursor, limit }, context, { orders }) => {
    // One more than asked for tells whether there is a next page.
    const found = await orders.listFor(context.get(CurrentUser), limit + 1, cursor);
    const items = found.slice(0, limit);
    const nextCursor = found.length > limit ? (items.at(-1)?.orderId ?? null) : null;
    return { items, nextCursor };
  });
