import { CancelUnpaidOrder, OrderPlaced, OrderStarted } from '@anywise/contracts/orders';
import { it } from '@jest/globals';
import { story } from 'anywise/testing';
import { fulfilment } from './saga.js';

const orderId = 'o-1';
const hourMs = 3_600_000;
const placed = new OrderPlaced({ orderId, customerId: 'c-1', amount: 1250, currency: 'EUR' });
const started = new OrderStarted({ orderId, paymentId: 'p-1' });
const begin = () => story(fulfilment, { unpaidLimitMs: hourMs });

it('waits for the payment of an order, and ends with it', () => {
  begin()
    .given(placed)
    .then({ state: { step: 'placed', orderId }, timeouts: { unpaid: hourMs } })
    .when(started)
    .then({ state: { step: 'started', orderId }, ended: true });
});

it('has an order cancelled that is not paid in time', () => {
  begin()
    .given(placed)
    .passing(hourMs)
    .then({ state: { step: 'unpaid', orderId }, ended: true, enqueued: [new CancelUnpaidOrder({ orderId })] });
});

it('cancels nothing if the payment comes just after the end of the time', () => {
  begin()
    .given(placed)
    .passing(hourMs)
    .when(started)
    .then({ state: { step: 'unpaid', orderId }, ended: true });
});

it('has nothing to do with an order that was placed before it was there', () => {
  begin().when(started).then({ state: undefined });
});
