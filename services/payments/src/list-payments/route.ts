import { ListPayments } from '@anywise/contracts/payments';
import { readPage } from '@anywise/service';
import { route } from 'anywise/express';

export const listPaymentsRoute = route('get', '/payments', ListPayments, { input: readPage });
