import type { Order } from '@anywise/contracts/orders';
import { expect, it } from '@jest/globals';
import { decide, type Decision } from './decide.js';

const placed: Order = {
  orderId: 'o-1',
  customerId: 'c-1',
  amount: 1250,
  currency: 'EUR',
  status: 'placed',
  paymentId: null,
  placedAt: '2026-01-01T00:00:00.000Z',
};
const started: Order = { ...placed, status: 'started', paymentId: 'p-1' };
const payment = { paymentId: 'p-1', amount: 1250, currency: 'EUR' };

const reject = (reason: (Decision & { outcome: 'reject' })['reason']): Decision => ({ outcome: 'reject', reason });

it.each<[order: string, payment: string, Order | undefined, typeof payment, Decision]>([
  ['a placed order', 'its payment', placed, payment, { outcome: 'start' }],
  ['a started order', 'the same payment', started, payment, { outcome: 'nothing' }],
  ['a started order', 'a second payment', started, { ...payment, paymentId: 'p-2' }, reject('already-paid')],
  ['a cancelled order', 'its payment', { ...placed, status: 'cancelled' }, payment, reject('order-cancelled')],
  ['no order', 'a payment', undefined, payment, reject('unknown-order')],
  ['a placed order', 'less', placed, { ...payment, amount: 1249 }, reject('wrong-amount')],
  ['a placed order', 'more', placed, { ...payment, amount: 1251 }, reject('wrong-amount')],
  ['a placed order', 'another currency', placed, { ...payment, currency: 'USD' }, reject('wrong-currency')],
  ['a placed order', 'all wrong', placed, { ...payment, amount: 1, currency: 'USD' }, reject('wrong-currency')],
  ['a started order', 'all wrong', started, { paymentId: 'p-2', amount: 1, currency: 'USD' }, reject('already-paid')],
])('decides what %s does with %s', (_order, _payment, order, facts, decision) => {
  expect(decide(order, facts)).toEqual(decision);
});
