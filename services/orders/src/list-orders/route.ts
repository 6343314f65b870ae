import { ListOrders } from '@anywise/contracts/orders';
import { readPage } from '@anywise/service';
import { route } from 'anywise/express';

export const listOrdersRoute = route('get', '/orders', ListOrders, { input: readPage });
