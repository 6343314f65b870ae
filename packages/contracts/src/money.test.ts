import { expect, it } from '@jest/globals';
import { CreatePayment } from './payments.js';

it.each([
  ['a fraction', { amount: 12.5 }, 'amount'],
  ['zero', { amount: 0 }, 'amount'],
  ['a negative amount', { amount: -1 }, 'amount'],
  ['an amount as text', { amount: '1250' }, 'amount'],
  ['an amount beyond what numbers can tell apart', { amount: Number.MAX_SAFE_INTEGER + 1 }, 'amount'],
  ['a currency that does not exist', { currency: 'XYZ' }, 'currency'],
  ['a currency in lower case', { currency: 'eur' }, 'currency'],
])('refuses %s, and names the field', (_what, change, field) => {
  const make = () => CreatePayment.parse({ orderId: 'o-1', amount: 1250, currency: 'EUR', ...change });
  expect(make).toThrow(`\`${field}\``);
});
