import { expect, it } from '@jest/globals';
import { CreatePayment, ListPayments, PaymentCreated, payments } from './payments.js';

it('keeps its wire names and versions for ever', () => {
  expect([...payments.messages.values()].map(({ kind, type, version }) => `${kind} ${type} v${version}`)).toEqual([
    'command payments.create-payment v1',
    'query payments.get-payment v1',
    'query payments.get-payment-of-order v1',
    'query payments.list-payments v1',
    'event payments.payment-created v1',
  ]);
});

it('keeps the events of one order in order', () => {
  const event = new PaymentCreated({ paymentId: 'p-1', orderId: 'o-1', amount: 1250, currency: 'EUR' });
  expect(event.entityId).toBe('o-1');
});

it('reads a payment from before payers were kept', () => {
  const event = PaymentCreated.parse({ paymentId: 'p-1', orderId: 'o-1', amount: 1250, currency: 'EUR' });
  expect(event.payerId).toBeUndefined();
});

it('refuses an empty order id, and names the field', () => {
  const make = () => new CreatePayment({ orderId: '', amount: 1250, currency: 'EUR' });
  expect(make).toThrow('`orderId`');
});

it('gives a list a page size where none is asked for', () => {
  expect(new ListPayments({}).limit).toBe(50);
});
