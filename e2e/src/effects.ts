import { expect } from '@jest/globals';
import { eventually } from 'anywise/testing';
import type { Paid } from './shop.js';
import type { Slice, World } from './world.js';

const slices: readonly Slice[] = ['payments', 'orders'];

interface Placed {
  readonly unpaid: readonly string[];
  readonly paid: readonly Paid[];
}

/** Waits until nothing is under way, and checks in the files themselves that each request did all that it should, once. */
export async function expectOneEffectEach(world: World, { unpaid, paid }: Placed): Promise<void> {
  await eventually(() => expect(unfinished(world)).toEqual([]), 20_000);

  const started = paid.map(({ orderId, paymentId }) => `${orderId} started by ${paymentId}`);
  const waiting = unpaid.map((orderId) => `${orderId} placed by nobody`);
  const orders = `SELECT order_id || ' ' || status || ' by ' || coalesce(payment_id, 'nobody') AS fact FROM customer_order`;
  expect(facts(world, 'orders', orders)).toEqual([...started, ...waiting].sort());

  const captured = paid.map(({ orderId, paymentId }) => `${paymentId} captured for ${orderId}`);
  const payments = `SELECT payment_id || ' ' || status || ' for ' || order_id AS fact FROM payment`;
  expect(facts(world, 'payments', payments)).toEqual(captured.sort());

  // The log may hold an event twice, under one id.
  const events = `SELECT type, count(DISTINCT envelope ->> 'id') AS events FROM message GROUP BY type ORDER BY type`;
  expect(world.rows('bus', events)).toEqual([
    { type: 'orders.order-placed', events: paid.length + unpaid.length },
    { type: 'orders.order-started', events: paid.length },
    { type: 'payments.payment-created', events: paid.length },
  ]);
}

function facts(world: World, slice: Slice, sql: string): string[] {
  const rows = world.rows<{ readonly fact: string }>(slice, sql);
  return rows.map(({ fact }) => fact).sort();
}

/** Where on its way a message is, in a service. */
export type Stage = 'sending' | 'receiving' | 'handling';

/** Whether a service is at this stage with some message. */
export function isAt(stage: Stage, world: World, slice: Slice): boolean {
  switch (stage) {
    case 'sending':
      return world.rows(slice, 'SELECT 1 FROM anywise_outbox LIMIT 1').length > 0;
    case 'receiving':
      return world.rows('bus', `${unreadSql} WHERE name = '${slice}' LIMIT 1`).length > 0;
    case 'handling':
      return world.rows(slice, `SELECT 1 FROM anywise_inbox WHERE state IN ('ready', 'running') LIMIT 1`).length > 0;
  }
}

const unreadSql = 'SELECT name AS consumer, seq, type FROM consumer JOIN message ON seq > position';

/** What waits in an outbox, has not been read by a consumer, or is in an inbox without being handled: dead letters too. */
function unfinished(world: World): unknown[] {
  const outbox = `SELECT 'outbox' AS place, id, last_error FROM anywise_outbox`;
  const inbox = `SELECT state AS place, id, last_error FROM anywise_inbox WHERE state <> 'handled'`;
  return [
    ...slices.flatMap((slice) => world.rows(slice, `${outbox} UNION ALL ${inbox}`)),
    ...world.rows('bus', unreadSql),
  ];
}
