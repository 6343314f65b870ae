import { GetOrder } from '@anywise/contracts';
import { route } from 'anywise/express';

export const getOrderRoute = route('get', '/orders/:orderId', GetOrder);
