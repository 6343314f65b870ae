import { expect, it } from '@jest/globals';
import { orders, OrderStarted } from './orders.js';

it('keeps its wire names and versions for ever', () => {
  expect([...orders.messages.values()].map(({ kind, type, version }) => `${kind} ${type} v${version}`)).toEqual([
    'command orders.place-order v1',
    'command orders.cancel-unpaid-order v1',
    'query orders.get-order v1',
    'query orders.get-order-payment v1',
    'query orders.list-orders v1',
    'event orders.order-placed v1',
    'event orders.order-started v1',
    'event orders.order-cancelled v1',
    'event orders.payment-rejected v1',
  ]);
});

it('keeps the events of one order in order', () => {
  expect(new OrderStarted({ orderId: 'o-1', paymentId: 'p-1' }).entityId).toBe('o-1');
});
