import { GetOrderPayment } from '@anywise/contracts/orders';
import { route } from 'anywise/express';

export const getOrderPaymentRoute = route('get', '/orders/:orderId/payment', GetOrderPayment);
