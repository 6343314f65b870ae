import { GetPayment } from '@anywise/contracts/payments';
import { route } from 'anywise/express';

export const getPaymentRoute = route('get', '/payments/:paymentId', GetPayment);
