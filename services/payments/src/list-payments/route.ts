import { ListPayments } from '@anywise/contracts/payments';
import { route } from 'anywise/express';

export const listPaymentsRoute = route('get', '/payments', ListPayments, {
  input: ({ query: { cursor, limit } }) => ({ cursor, limit: limit === undefined ? undefined : Number(limit) }),
});
