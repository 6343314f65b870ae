import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { Anywise } from '../core/bus/anywise.js';
import { contract } from '../core/message/contract.js';
import { command, event, query } from '../core/message/declare.js';
import { on } from '../core/registry/on.js';
import { SqlTransaction, type Migration } from '../core/ports/sql.js';
import type { Store } from '../core/ports/store.js';
import type { Transport } from '../core/ports/transport.js';
import { eventually } from '../testing/eventually.js';
import { startBus, type StartBusOptions } from './start-bus.js';

/** Where the services of one test keep their data and meet. */
export interface ServicePlace {
  readonly store: (name: string, migrations: readonly Migration[]) => Store;
  readonly transport: () => Transport;
}

export interface DurableServicesOptions {
  /** Runs work in a place of its own, and cleans it up afterwards. */
  readonly inPlace: (work: (place: ServicePlace) => Promise<void>) => Promise<void>;
  /** What the database says of a query that writes. */
  readonly readOnlyText: string;
  /** What the database says of a payment that is there already. */
  readonly duplicateText: string;
}

class Pay extends command('payments.pay', { data: z.object({ id: z.string(), fail: z.boolean().optional() }) }) {}
class ListPayments extends query('payments.list-payments', { reply: z.array(z.string()) }) {}
class Paid extends event('payments.paid', { data: z.object({ id: z.string() }), entityId: ({ id }) => id }) {}
class ListOrders extends query('orders.list-orders', { reply: z.array(z.string()) }) {}
const contracts = [contract('payments', { Pay, ListPayments, Paid }), contract('orders', { ListOrders })];

const migrations = {
  payments: [{ name: 'payments/001', sql: 'CREATE TABLE payment (id TEXT PRIMARY KEY)' }],
  orders: [{ name: 'orders/001', sql: 'CREATE TABLE started (id TEXT NOT NULL)' }],
};

const pay = on(Pay)
  .inject({ sql: SqlTransaction, anywise: Anywise })
  .handle(async ({ id, fail = false }, _context, { sql, anywise }) => {
    await sql.run('INSERT INTO payment VALUES (?)', id);
    await new Promise(setImmediate);
    await anywise.publish(new Paid({ id }));
    if (fail) throw new Error('declined');
  });
const listPayments = on(ListPayments)
  .inject({ sql: SqlTransaction })
  .handle(async (_query, _context, { sql }) => {
    return (await sql.all<{ id: string }>('SELECT id FROM payment ORDER BY id')).map(({ id }) => id);
  });
const startOrder = on(Paid)
  .inject({ sql: SqlTransaction })
  .listen(async ({ id }, { attempt }, { sql }) => {
    await sql.run('INSERT INTO started VALUES (?)', id);
    if (attempt === 1 && id === 'shaky') throw new Error('not yet');
  });
const listOrders = on(ListOrders)
  .inject({ sql: SqlTransaction })
  .handle(async (_query, _context, { sql }) => {
    return (await sql.all<{ id: string }>('SELECT id FROM started ORDER BY id')).map(({ id }) => id);
  });

const paymentItems = [pay, listPayments];
const orderItems = [startOrder, listOrders];

/** Starts services that meet in one place. */
function services({ store, transport }: ServicePlace) {
  return (name: keyof typeof migrations, options: StartBusOptions) =>
    startBus({ name, contracts, store: store(name, migrations[name]), transport: transport(), ...options });
}

/** What services do on every SQL store and transport, and what a handler's transaction does. */
export function describeDurableServices({ inPlace, readOnlyText, duplicateText }: DurableServicesOptions): void {
  describe('services', () => {
    it('commit a row and its event together, and the other service acts on it', () =>
      inPlace(async (place) => {
        const start = services(place);
        await using payments = await start('payments', { items: paymentItems });
        await using orders = await start('orders', { items: orderItems });
        await payments.send(new Pay({ id: 'p1' }));
        await expect(payments.send(new ListPayments())).resolves.toEqual(['p1']);
        await eventually(async () => expect(await orders.send(new ListOrders())).toEqual(['p1']));
      }));

    it('commit neither a row nor an event where the handler fails', () =>
      inPlace(async (place) => {
        const start = services(place);
        await using payments = await start('payments', { items: paymentItems });
        await using orders = await start('orders', { items: orderItems });
        await expect(payments.send(new Pay({ id: 'lost', fail: true }))).rejects.toThrow('declined');
        await payments.send(new Pay({ id: 'p2' }));
        await expect(payments.send(new ListPayments())).resolves.toEqual(['p2']);
        await eventually(async () => expect(await orders.send(new ListOrders())).toEqual(['p2']));
      }));

    it('undo the writes of an attempt that failed', () =>
      inPlace(async (place) => {
        const start = services(place);
        await using payments = await start('payments', { items: paymentItems });
        await using orders = await start('orders', { items: orderItems });
        await payments.send(new Pay({ id: 'shaky' }));
        await eventually(async () => expect(await orders.send(new ListOrders())).toEqual(['shaky']));
      }));

    it('keep events for a service that does not run', () =>
      inPlace(async (place) => {
        const start = services(place);
        const payments = await start('payments', { items: paymentItems });
        for (const id of ['p1', 'p2', 'p3']) await payments.send(new Pay({ id }));
        await payments.stop();
        await using orders = await start('orders', { items: orderItems });
        await eventually(async () => expect(await orders.send(new ListOrders())).toEqual(['p1', 'p2', 'p3']));
      }));

    it('do not mix the statements of handlers that run at once', () =>
      inPlace(async (place) => {
        await using payments = await services(place)('payments', { items: paymentItems });
        const outcomes = await Promise.allSettled(
          Array.from({ length: 20 }, (_, n) => payments.send(new Pay({ id: `p${n}`, fail: n % 2 === 1 }))),
        );
        expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(10);
        const even = Array.from({ length: 10 }, (_, n) => `p${n * 2}`).sort();
        await expect(payments.send(new ListPayments())).resolves.toEqual(even);
      }));

    it('answer the same reply to the same idempotency key after a restart', () =>
      inPlace(async (place) => {
        const start = services(place);
        for (let run = 0; run < 2; run++) {
          await using payments = await start('payments', { items: paymentItems });
          await payments.send(new Pay({ id: 'p1' }), { idempotencyKey: 'k1' });
          await expect(payments.send(new ListPayments())).resolves.toEqual(['p1']);
        }
      }));
  });

  describe("a handler's transaction", () => {
    it('only reads in a query', () =>
      inPlace(async (place) => {
        const write = on(ListPayments)
          .inject({ sql: SqlTransaction })
          .handle(async (_query, _context, { sql }) => {
            await sql.run('INSERT INTO payment VALUES (?)', 'p1');
            return [];
          });
        await using payments = await services(place)('payments', { items: [pay, write] });
        await expect(payments.send(new ListPayments())).rejects.toThrow(
          `A query wrote to the store. Queries only read: make it a command.`,
        );
        await expect(payments.send(new ListPayments())).rejects.toMatchObject({ cause: { message: readOnlyText } });
        await expect(payments.send(new ListPayments())).rejects.toMatchObject({ code: 'READ_ONLY' });
      }));

    it('cannot be used when the message has ended', () =>
      inPlace(async (place) => {
        const kept: SqlTransaction[] = [];
        const keep = on(Pay)
          .inject({ sql: SqlTransaction })
          .handle(async ({ id }, _context, { sql }) => {
            kept.push(sql);
            await sql.run('INSERT INTO payment VALUES (?)', id);
          });
        await using payments = await services(place)('payments', { items: [keep, listPayments] });
        await payments.send(new Pay({ id: 'p1' }));
        await expect(kept[0]?.run('DELETE FROM payment')).rejects.toThrowErrorMatchingInlineSnapshot(
          `"A transaction was used after its message had ended. Await every statement, and do not keep the transaction for later."`,
        );
        await expect(payments.send(new ListPayments())).resolves.toEqual(['p1']);
      }));

    it('fails the handler where a statement fails, and undoes the others', () =>
      inPlace(async (place) => {
        const twice = on(Pay)
          .inject({ sql: SqlTransaction })
          .handle(async ({ id }, _context, { sql }) => {
            await sql.run('INSERT INTO payment VALUES (?)', id);
            await sql.run('INSERT INTO payment VALUES (?)', id);
          });
        await using payments = await services(place)('payments', { items: [twice, listPayments] });
        await expect(payments.send(new Pay({ id: 'p1' }))).rejects.toThrow(duplicateText);
        await expect(payments.send(new ListPayments())).resolves.toEqual([]);
      }));

    it('that is never ended does not keep the bus from stopping', () =>
      inPlace(async (place) => {
        const start = services(place);
        let began = false;
        let letGo: () => void = () => undefined;
        const held = new Promise<void>((resolve) => (letGo = resolve));
        const hang = on(Pay)
          .inject({ sql: SqlTransaction })
          .handle(async ({ id }, _context, { sql }) => {
            await sql.run('INSERT INTO payment VALUES (?)', id);
            began = true;
            await held;
          });
        const payments = await start('payments', { items: [hang, listPayments] });
        const reply = payments.send(new Pay({ id: 'p1' }));
        await eventually(() => expect(began).toBe(true));
        await payments.stop({ timeoutMs: 20 });
        letGo();
        await expect(reply).rejects.toThrowErrorMatchingInlineSnapshot(
          `"The bus stopped before the message was finished; nothing was committed."`,
        );
        await using again = await start('payments', { items: paymentItems });
        await expect(again.send(new ListPayments())).resolves.toEqual([]);
      }));
  });
}
