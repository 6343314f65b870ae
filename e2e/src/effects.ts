import { expect } from '@jest/globals';
import { eventually } from 'anywise/testing';
import type { Paid } from './shop.js';
import type { Slice, World } from './world.js';

const slices: readonly Slice[] = ['payments', 'orders'];

/** Waits until nothing is under way, and checks in the files themselves that each payment did all that it should, once. */
export async function expectOneEffectEach(world: World, paid: readonly Paid[]): Promise<void> {
  await eventually(() => expect(unfinished(world)).toEqual([]), 20_000);

  const expected = paid.map(({ orderId, paymentId }) => ({ orderId, paymentId, status: 'started' })).sort(byOrder);
  const orders = 'SELECT order_id AS orderId, payment_id AS paymentId, status FROM customer_order';
  expect(world.rows<Effect>('orders', orders).sort(byOrder)).toEqual(expected);

  const payments = `SELECT order_id AS orderId, payment_id AS paymentId, 'started' AS status FROM payment WHERE status = 'captured'`;
  expect(world.rows<Effect>('payments', payments).sort(byOrder)).toEqual(expected);
  expect(world.rows('payments', 'SELECT count(*) AS rows FROM payment')).toEqual([{ rows: paid.length }]);

  // The log may hold an event twice, under one id.
  const events = `SELECT type, count(DISTINCT envelope ->> 'id') AS events FROM message GROUP BY type ORDER BY type`;
  expect(world.rows('bus', events)).toEqual([
    { type: 'orders.order-placed', events: paid.length },
    { type: 'orders.order-started', events: paid.length },
    { type: 'payments.payment-created', events: paid.length },
  ]);
}

interface Effect {
  readonly orderId: string;
  readonly paymentId: string;
  readonly status: string;
}

function byOrder(a: Effect, b: Effect): number {
  return a.orderId < b.orderId ? -1 : 1;
}

/** What waits in an outbox, has not been read by a consumer, or is in an inbox without being handled: dead letters too. */
function unfinished(world: World): unknown[] {
  const outbox = `SELECT 'outbox' AS place, id, last_error FROM anywise_outbox`;
  const inbox = `SELECT state AS place, id, last_error FROM anywise_inbox WHERE state <> 'handled'`;
  const unread = 'SELECT name AS consumer, seq, type FROM consumer JOIN message ON seq > position';
  return [
    ...slices.flatMap((slice) => world.rows(slice, `${outbox} UNION ALL ${inbox}`)),
    ...world.rows('bus', unread),
  ];
}
