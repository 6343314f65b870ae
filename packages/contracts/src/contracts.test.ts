import { describe, expect, it } from '@jest/globals';
import type { Contract } from 'anywise';
import { CreatePayment, ListPayments, orders, PaymentCreated, payments } from './index.js';

function wireNames({ messages }: Contract): string[] {
  return [...messages.values()].map(({ kind, type, version }) => `${kind} ${type} v${version}`);
}

describe('the contracts', () => {
  it('keep their wire names and versions for ever', () => {
    expect([payments, orders].flatMap(wireNames)).toEqual([
      'command payments.create-payment v1',
      'query payments.get-payment v1',
      'query payments.list-payments v1',
      'event payments.payment-created v1',
      'command orders.place-order v1',
      'query orders.get-order v1',
      'query orders.list-orders v1',
      'event orders.order-placed v1',
      'event orders.order-started v1',
      'event orders.payment-rejected v1',
    ]);
  });

  it.each([
    ['a fraction', { amount: 12.5 }, 'amount'],
    ['zero', { amount: 0 }, 'amount'],
    ['a negative amount', { amount: -1 }, 'amount'],
    ['an amount as text', { amount: '1250' }, 'amount'],
    ['an amount beyond what numbers can tell apart', { amount: Number.MAX_SAFE_INTEGER + 1 }, 'amount'],
    ['a currency that does not exist', { currency: 'XYZ' }, 'currency'],
    ['a currency in lower case', { currency: 'eur' }, 'currency'],
    ['an empty order id', { orderId: '' }, 'orderId'],
  ])('refuse %s, and name the field', (_what, change, field) => {
    const make = () => CreatePayment.parse({ orderId: 'o-1', amount: 1250, currency: 'EUR', ...change });
    expect(make).toThrow(`\`${field}\``);
  });

  it('keep the events of one order in order', () => {
    const event = new PaymentCreated({ paymentId: 'p-1', orderId: 'o-1', amount: 1250, currency: 'EUR' });
    expect(event.entityId).toBe('o-1');
  });

  it('give a list a page size where none is asked for', () => {
    expect(new ListPayments({}).limit).toBe(50);
  });
});
