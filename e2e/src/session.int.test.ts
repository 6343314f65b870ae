import { PaymentCreated } from '@anywise/contracts/payments';
import { describe, expect, it } from '@jest/globals';
import { eventually } from 'anywise/testing';
import { createClient } from './harness/http-client.js';
import type { Databases } from './databases/databases.js';
import { describeOnEachTransport } from './databases/each-transport.js';
import { scheduledSql } from './harness/database-checks.js';
import { createSystem, type Service, type Slice, type System } from './harness/system.js';

const price = { amount: 1250, currency: 'EUR' };

/** Two freshly started services, and a user who tries them out. */
async function begin(databases: Databases, ordersEnv: NodeJS.ProcessEnv = {}) {
  const system = await createSystem(databases);
  const payments = system.start('payments');
  return playWith(system, { payments, orders: system.start('orders', ordersEnv) }, ordersEnv);
}

/** The same services, in one process. */
async function beginTogether(databases: Databases) {
  const system = await createSystem(databases);
  return playWith(system, system.startTogether());
}

function playWith(
  system: System,
  { payments, orders }: Readonly<Record<Slice, Service>>,
  ordersEnv: NodeJS.ProcessEnv = {},
) {
  const { databases } = system;
  const client = createClient(system.token);
  return {
    payments,
    orders,
    databases,
    /** Runs the command `anywise`, and returns its exit code. */
    async anywise(...args: readonly string[]) {
      const cli = 'packages/anywise/src/cli/main.ts';
      const flags = ['--store', databases.storeUrl, '--service', 'orders'];
      const node = ['--import', import.meta.resolve('tsx'), '--conditions=@anywise/source'];
      const { ended } = system.run(process.execPath, [...node, cli, ...args, ...flags]);
      return (await ended).code;
    },
    restart: () => system.start('orders', ordersEnv),
    async place() {
      const body = { customerId: 'c-1', ...price };
      const answer = await client(await orders.url(), { method: 'POST', path: '/orders', body });
      expect(answer).toMatchObject({ status: 201, body: { status: 'placed', paymentId: null, ...price } });
      const { orderId } = answer.body as { orderId: string };
      return orderId;
    },
    async pay(orderId: string, amount = price.amount) {
      const body = { orderId, ...price, amount };
      const call = { method: 'POST', path: '/payments', body, idempotencyKey: orderId } as const;
      const answer = await client(await payments.url(), call);
      expect(answer).toMatchObject({ status: 201, body: { ...body, status: 'captured' } });
      const { paymentId } = answer.body as { paymentId: string };
      return paymentId;
    },
    async untilAnswer(service: Service, path: string, body: object) {
      const url = await service.url();
      await eventually(async () => {
        expect(await client(url, { method: 'GET', path })).toMatchObject({ status: 200, body });
      });
    },
    [Symbol.asyncDispose]: () => system[Symbol.asyncDispose](),
  };
}

/** A payment of an order by a program that does not know its amount. */
function poison(orderId: string): object {
  return {
    specversion: '1.0',
    id: 'poison',
    source: '/another-program',
    type: PaymentCreated.type,
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    kind: 'event',
    schemaversion: 1,
    correlationid: 'poison',
    subject: orderId,
    data: { paymentId: 'p-1', orderId, ...price, amount: 'plenty' },
  };
}

/** When the only scheduled message is due; `undefined` if it is on its way already. */
async function scheduledFor(databases: Databases): Promise<number | undefined> {
  const [row] = await databases.rows<{ due_at: number | string }>('orders', scheduledSql('due_at'));
  return row === undefined ? undefined : Number(row.due_at);
}

/** Waits until the saga of the only order has begun. */
async function untilFollowed(databases: Databases): Promise<void> {
  await eventually(async () => expect(await databases.rows('orders', 'SELECT key FROM anywise_saga')).toHaveLength(1));
}

async function untilTime(time: number): Promise<void> {
  await eventually(() => expect(Date.now()).toBeGreaterThan(time));
}

function cancelAfter(ms: number): NodeJS.ProcessEnv {
  return { ORDERS_CANCEL_UNPAID_AFTER_MS: String(ms) };
}

describeOnEachTransport('two services', (open) => {
  it('starts an order that is paid in another process', async () => {
    await using session = await begin(await open());
    const orderId = await session.place();
    const paymentId = await session.pay(orderId);
    await session.untilAnswer(session.orders, `/orders/${orderId}`, { status: 'started', paymentId });
    expect(await session.pay(orderId)).toBe(paymentId);
  });

  it('starts an order that is paid while orders is dead', async () => {
    await using session = await begin(await open());
    const orderId = await session.place();
    await session.orders.kill('SIGKILL');
    const paymentId = await session.pay(orderId);
    await session.untilAnswer(session.restart(), `/orders/${orderId}`, { status: 'started', paymentId });
  });

  it('rejects a payment that matches no order', async () => {
    await using session = await begin(await open());
    const orderId = await session.place();
    const paymentId = await session.pay(orderId, 1);
    const rejected = { status: 'rejected', rejection: 'wrong-amount' };
    await session.untilAnswer(session.payments, `/payments/${paymentId}`, rejected);
    await session.untilAnswer(session.orders, `/orders/${orderId}`, { status: 'placed', paymentId: null });
  });

  it('starts an order whose payment was a dead letter, once that is repaired', async () => {
    await using session = await begin(await open());
    const orderId = await session.place();
    const { databases } = session;
    expect(await databases.intoLog(PaymentCreated.type, 'event', JSON.stringify(poison(orderId)))).toBe(true);
    await eventually(async () => {
      const dead = `SELECT id FROM anywise_inbox WHERE state IN ('dead', 'parked')`;
      expect(await databases.rows('orders', dead)).toEqual([{ id: 'poison' }]);
    });
    const repaired = JSON.stringify({ paymentId: 'p-1', orderId, ...price });
    expect(await session.anywise('dead-letters', 'edit', '--id', 'poison', '--data', repaired, '--replay')).toBe(0);
    await session.untilAnswer(session.orders, `/orders/${orderId}`, { status: 'started', paymentId: 'p-1' });
  });

  describe('with a time limit for payments', () => {
    const cancelled = { status: 'cancelled', paymentId: null };

    it('cancels an unpaid order, and rejects a late payment', async () => {
      await using session = await begin(await open(), cancelAfter(500));
      const orderId = await session.place();
      await session.untilAnswer(session.orders, `/orders/${orderId}`, cancelled);
      const paymentId = await session.pay(orderId);
      const rejected = { status: 'rejected', rejection: 'order-cancelled' };
      await session.untilAnswer(session.payments, `/payments/${paymentId}`, rejected);
    });

    it('cancels an unpaid order while orders is dead', async () => {
      // On a slow machine the order may be cancelled before orders is dead: then the next one waits longer.
      for (let dueAt: number | undefined, ms = 1_500; dueAt === undefined; ms *= 2) {
        await using session = await begin(await open(), cancelAfter(ms));
        const orderId = await session.place();
        await untilFollowed(session.databases);
        await session.orders.kill('SIGKILL');
        dueAt = await scheduledFor(session.databases);
        if (dueAt === undefined) continue;
        await untilTime(dueAt);
        await session.untilAnswer(session.restart(), `/orders/${orderId}`, cancelled);
      }
    });
  });
});

describeOnEachTransport('two services in one process', (open) => {
  it('play the same session, and stop in order', async () => {
    await using session = await beginTogether(await open());
    const orderId = await session.place();
    const paymentId = await session.pay(orderId);
    await session.untilAnswer(session.orders, `/orders/${orderId}`, { status: 'started', paymentId });
    expect(await session.pay(orderId)).toBe(paymentId);
    expect(await session.orders.kill('SIGTERM')).toMatchObject({ code: 0 });
    for (const slice of ['orders', 'payments']) expect(session.payments.output).toContain(`${slice} has stopped`);
  });
});
