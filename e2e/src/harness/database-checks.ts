import { expect } from '@jest/globals';
import { parseEnvelope } from 'anywise';
import { eventually } from 'anywise/testing';
import type { Databases } from '../databases/databases.js';
import type { Paid } from './shop.js';
import type { Slice } from './system.js';

const slices: readonly Slice[] = ['payments', 'orders'];

/** Messages that are due. Scheduled ones are not under way yet. */
const outboxSql = `SELECT 'outbox' AS place, id, last_error FROM anywise_outbox WHERE state <> 'scheduled'`;

const unreadSql = 'SELECT name AS consumer, seq, type FROM anywise_consumer JOIN anywise_message ON seq > position';

interface Placed {
  readonly unpaid: readonly string[];
  readonly paid: readonly Paid[];
}

/** Waits until nothing is under way, and checks in the databases that each request had all its effects, once. */
export async function expectOneEffectEach(databases: Databases, { unpaid, paid }: Placed): Promise<void> {
  // Twice, because a message can move from a place that is still to be read to one that was read already.
  const look = async () => [...(await unfinished(databases)), ...(await unfinished(databases))];
  await eventually(async () => expect(await look()).toEqual([]), 60_000);

  const started = paid.map(({ orderId, paymentId }) => `${orderId} started by ${paymentId}`);
  const waiting = unpaid.map((orderId) => `${orderId} placed by nobody`);
  const orders = `SELECT order_id || ' ' || status || ' by ' || coalesce(payment_id, 'nobody') AS fact FROM customer_order`;
  expect(await facts(databases, 'orders', orders)).toEqual([...started, ...waiting].sort());

  const captured = paid.map(({ orderId, paymentId }) => `${paymentId} captured for ${orderId}`);
  const payments = `SELECT payment_id || ' ' || status || ' for ' || order_id AS fact FROM payment`;
  expect(await facts(databases, 'payments', payments)).toEqual(captured.sort());

  expect(await countEvents(databases)).toEqual({
    'orders.order-placed': paid.length + unpaid.length,
    'orders.order-started': paid.length,
    'payments.payment-created': paid.length,
  });
  const sagas = `SELECT key || ' ' || status AS fact FROM anywise_saga WHERE name = 'orders.fulfilment'`;
  const ended = paid.map(({ orderId }) => `${orderId} ended`);
  const running = unpaid.map((orderId) => `${orderId} running`);
  expect(await facts(databases, 'orders', sagas)).toEqual([...ended, ...running].sort());
  const timeouts = await facts(
    databases,
    'orders',
    `SELECT timeouts AS fact FROM anywise_saga WHERE status = 'running'`,
  );
  const due = timeouts.map((fact) => (JSON.parse(fact) as { readonly unpaid: { readonly id: string } }).unpaid.id);
  expect(await facts(databases, 'orders', scheduledSql('id AS fact'))).toEqual(due.sort());
}

async function facts(databases: Databases, slice: Slice, sql: string): Promise<string[]> {
  const rows = await databases.rows<{ readonly fact: string }>(slice, sql);
  return rows.map(({ fact }) => fact).sort();
}

/** How many events of each type there are. The log may hold an event twice, under one id. */
async function countEvents(databases: Databases): Promise<Record<string, number>> {
  const sql = 'SELECT type, envelope FROM anywise_message';
  const messages = await databases.rows<{ readonly type: string; readonly envelope: string }>('bus', sql);
  const types = new Map(messages.map(({ type, envelope }) => [parseEnvelope(envelope).id, type]));
  const counts: Record<string, number> = {};
  for (const type of types.values()) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

/** Selects these columns of the scheduled messages. */
export function scheduledSql(columns: string): string {
  return `SELECT ${columns} FROM anywise_outbox WHERE state = 'scheduled'`;
}

/** A stage of a message on its way through a service. */
export type Stage = 'sending' | 'receiving' | 'handling';

/** Whether some message of a service is at this stage. */
export async function isAt(stage: Stage, databases: Databases, slice: Slice): Promise<boolean> {
  switch (stage) {
    case 'sending':
      return has(databases, slice, outboxSql);
    case 'receiving':
      return has(databases, 'bus', `${unreadSql} WHERE name = '${slice}'`);
    case 'handling':
      return has(databases, slice, `SELECT 1 FROM anywise_inbox WHERE state IN ('ready', 'running')`);
  }
}

async function has(databases: Databases, name: Slice | 'bus', sql: string): Promise<boolean> {
  return (await databases.rows(name, `${sql} LIMIT 1`)).length > 0;
}

/** What waits in an outbox, has not been read by a consumer, or is in an inbox without being handled: dead letters too. */
async function unfinished(databases: Databases): Promise<unknown[]> {
  const inbox = `SELECT state AS place, id, last_error FROM anywise_inbox WHERE state <> 'handled'`;
  const places: Promise<readonly unknown[]>[] = slices.map((slice) =>
    databases.rows(slice, `${outboxSql} UNION ALL ${inbox}`),
  );
  return (await Promise.all([...places, databases.rows('bus', unreadSql)])).flat();
}
