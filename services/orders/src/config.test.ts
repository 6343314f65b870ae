import { expect, it } from '@jest/globals';
import { readUnpaidLimitMs } from './config.js';

it('waits an hour for a payment where nothing else is said', () => {
  expect(readUnpaidLimitMs({})).toBe(3_600_000);
  expect(readUnpaidLimitMs({ ORDERS_CANCEL_UNPAID_AFTER_MS: '' })).toBe(3_600_000);
});

it('waits as long as is said', () => {
  expect(readUnpaidLimitMs({ ORDERS_CANCEL_UNPAID_AFTER_MS: '500' })).toBe(500);
});

it.each(['0', '-1', '1.5', '1h', 'Infinity'])('refuses %j, and says what to do', (text) => {
  expect(() => readUnpaidLimitMs({ ORDERS_CANCEL_UNPAID_AFTER_MS: text })).toThrow(
    `\`ORDERS_CANCEL_UNPAID_AFTER_MS\` is \`${text}\`: set it to a whole number of milliseconds, such as 3600000 for an hour.`,
  );
});
