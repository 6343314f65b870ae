import { ListOrders } from '@anywise/contracts/orders';
import { route } from 'anywise/express';

export const listOrdersRoute = route('get', '/orders', ListOrders, {
  input: ({ query: { cursor, limit } }) => ({ cursor, limit: limit === undefined ? undefined : Number(limit) }),
});
