import { ConfigError } from '@anywise/service';
import { token } from 'anywise';

/** How long an order waits for its payment before it is cancelled, in milliseconds. */
export const UnpaidLimitMs = token<number>('UnpaidLimitMs');

const variable = 'ORDERS_CANCEL_UNPAID_AFTER_MS';
const anHour = 3_600_000;

/**
 * Reads how long an order waits for its payment.
 *
 * @throws ConfigError where the variable is not a number of milliseconds.
 */
export function readUnpaidLimitMs(env: Readonly<Record<string, string | undefined>> = process.env): number {
  const text = env[variable] ?? '';
  if (text === '') return anHour;
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new ConfigError([
    {
      variable,
      wrong: `is \`${text}\``,
      remedy: 'set it to a whole number of milliseconds, such as 3600000 for an hour',
    },
  ]);
}
