import { PlaceOrder } from '@anywise/contracts/orders';
import { route } from 'anywise/express';

export const placeOrderRoute = route('post', '/orders', PlaceOrder, {
  status: 201,
  idempotencyKey: true,
  headers: ({ orderId }) => ({ location: `/orders/${orderId}` }),
});
