import { GetPayment } from '@anywise/contracts';
import { route } from 'anywise/express';

export const getPaymentRoute = route('get', '/payments/:paymentId', GetPayment);
