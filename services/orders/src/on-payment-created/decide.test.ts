import { expect, it } from '@jest/globals';
import type { OwnedOrder } from '../order.js';
import { decide, type Decision } from './decide.js';

type Payment = Parameters<typeof decide>[1];

const placed: OwnedOrder = {
  orderId: 'o-1',
  customerId: 'c-1',
  amount: 1250,
  currency: 'EUR',
  status: 'placed',
  paymentId: null,
  placedAt: '2026-01-01T00:00:00.000Z',
  ownerId: 'ada',
};
const started: OwnedOrder = { ...placed, status: 'started', paymentId: 'p-1' };
const payment: Payment = { paymentId: 'p-1', amount: 1250, currency: 'EUR', payerId: 'ada' };
const bobs: Payment = { ...payment, paymentId: 'p-2', payerId: 'bob' };
const { payerId: _payer, ...payersUnknown } = payment;

const reject = (reason: (Decision & { outcome: 'reject' })['reason']): Decision => ({ outcome: 'reject', reason });

it.each<[order: string, payment: string, OwnedOrder | undefined, Payment, Decision]>([
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
  ['a placed order', 'the payment of another user', placed, bobs, reject('not-your-order')],
  ['a started order', 'the payment of another user', started, bobs, reject('not-your-order')],
  ['a cancelled order', 'another user’s payment', { ...placed, status: 'cancelled' }, bobs, reject('not-your-order')],
  ['a placed order', 'too little of another user', placed, { ...bobs, amount: 1 }, reject('not-your-order')],
  ['no order', 'the payment of another user', undefined, bobs, reject('unknown-order')],
  ['a placed order', 'a payment from before payers were kept', placed, payersUnknown, { outcome: 'start' }],
  ['an order from before owners were kept', 'a payment', { ...placed, ownerId: undefined }, bobs, { outcome: 'start' }],
])('decides what %s does with %s', (_order, _payment, order, facts, decision) => {
  expect(decide(order, facts)).toEqual(decision);
});
