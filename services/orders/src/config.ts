import { setting } from '@anywise/service';
import { token } from 'anywise';

/** How long an order waits for its payment before it is cancelled, in milliseconds. */
export const UnpaidLimitMs = token<number>('UnpaidLimitMs');

export const unpaidLimit = setting(UnpaidLimitMs, {
  name: 'ORDERS_CANCEL_UNPAID_AFTER_MS',
  preset: 3_600_000,
  read: (text) => (/^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined),
  remedy: 'set it to a whole number of milliseconds, such as 3600000 for an hour',
});
