import { GetOrder } from '@anywise/contracts/orders';
import { route } from 'anywise/express';

export const getOrderRoute = route('get', '/orders/:orderId', GetOrder);
