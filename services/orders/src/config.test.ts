import { readConfig } from '@anywise/service';
import { expect, it } from '@jest/globals';
import { app } from './app.js';
import { UnpaidLimitMs } from './config.js';

function readUnpaidLimitMs(env: Readonly<Record<string, string>>): unknown {
  return readConfig(app.manifest, env, app.settings).settings.get(UnpaidLimitMs);
}

it('waits an hour for a payment by default', () => {
  expect(readUnpaidLimitMs({})).toBe(3_600_000);
  expect(readUnpaidLimitMs({ ORDERS_CANCEL_UNPAID_AFTER_MS: '' })).toBe(3_600_000);
});

it('waits as long as it is configured to', () => {
  expect(readUnpaidLimitMs({ ORDERS_CANCEL_UNPAID_AFTER_MS: '500' })).toBe(500);
});

it.each(['0', '-1', '1.5', '1h', 'Infinity'])('refuses %j, and says what to do', (text) => {
  expect(() => readUnpaidLimitMs({ ORDERS_CANCEL_UNPAID_AFTER_MS: text })).toThrow(
    `\`ORDERS_CANCEL_UNPAID_AFTER_MS\` is \`${text}\`: set it to a whole number of milliseconds, such as 3600000 for an hour.`,
  );
});

it('is reported together with everything else that is wrong', () => {
  const env = { ORDERS_PORT: 'http', ORDERS_CANCEL_UNPAID_AFTER_MS: '1h' };
  expect(() => readUnpaidLimitMs(env)).toThrow(/^`ORDERS_PORT`.*\n`ORDERS_CANCEL_UNPAID_AFTER_MS`.*$/);
});
