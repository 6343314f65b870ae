import { readMigrations } from '@anywise/service';
import { expect, it } from '@jest/globals';
import { Anywise, SqlTransaction } from 'anywise';
import { connectStore } from 'anywise/connect';
import { eventually } from 'anywise/testing';
import { createClient, type Answer } from './harness/http-client.js';
import { describeOnEachStore } from './databases/each-store.js';
import { createSystem, type Slice, type System } from './harness/system.js';

interface Order {
  readonly orderId: string;
  readonly status: string;
}
interface Payment {
  readonly paymentId: string;
  readonly status: string;
  readonly rejection: string | null;
}
interface List<T> {
  readonly items: readonly T[];
}

const price = { amount: 1250, currency: 'EUR' };
const deadlineMs = 30_000;

/** Two running services and three users: two customers, and support. */
async function openShop(system: System) {
  const urls = { orders: await system.start('orders').url(), payments: await system.start('payments').url() };
  const enter = async (user: string, role?: string) => {
    const client = createClient(await system.tokenOf(user, role));
    const get = (slice: Slice, path: string): Promise<Answer> => client(urls[slice], { method: 'GET', path });
    const post = async (slice: Slice, path: string, body: object, idempotencyKey: string): Promise<unknown> => {
      const answer = await client(urls[slice], { method: 'POST', path, body, idempotencyKey });
      expect(answer.status).toBe(201);
      return answer.body;
    };
    return {
      get,
      place: async (key: string) => (await post('orders', '/orders', { customerId: 'c-1', ...price }, key)) as Order,
      pay: async (orderId: string, key: string) =>
        (await post('payments', '/payments', { orderId, ...price }, key)) as Payment,
      orders: async () => ((await get('orders', '/orders')).body as List<Order>).items.map(({ orderId }) => orderId),
      payments: async () =>
        ((await get('payments', '/payments')).body as List<Payment>).items.map(({ paymentId }) => paymentId),
    };
  };
  return { ada: await enter('ada'), bob: await enter('bob'), support: await enter('sue', 'support') };
}

/** Makes a database like one from before payments and orders had owners. */
async function leaveAsBefore({ databases }: System, slice: Slice, insert: string): Promise<void> {
  const folder = new URL(`../../services/${slice}/migrations/`, import.meta.url);
  const migrations = readMigrations(folder).filter(({ name }) => !name.endsWith('-owner'));
  const anywise = new Anywise({
    name: slice,
    store: await connectStore(databases.storeUrl, { name: slice, migrations }),
  });
  await anywise.start();
  await anywise.transaction(async (transaction) => (await transaction.get(SqlTransaction)).run(insert));
  await anywise.stop();
}

describeOnEachStore('orders and payments', (kind) => {
  it('are visible to their owners and to support', async () => {
    await using system = await createSystem(kind);
    const { ada, bob, support } = await openShop(system);
    const [adas, bobs] = [await ada.place('k-1'), await bob.place('k-1')];
    expect(adas.orderId).not.toBe(bobs.orderId);

    // Each first pays for the other's order, under the same key.
    const wrong = [await ada.pay(bobs.orderId, 'k-1'), await bob.pay(adas.orderId, 'k-1')];
    const rejected = { status: 'rejected', rejection: 'not-your-order' };
    await eventually(async () => {
      expect((await ada.get('payments', `/payments/${String(wrong[0]?.paymentId)}`)).body).toMatchObject(rejected);
      expect((await bob.get('payments', `/payments/${String(wrong[1]?.paymentId)}`)).body).toMatchObject(rejected);
    }, deadlineMs);
    expect((await ada.get('orders', `/orders/${adas.orderId}`)).body).toMatchObject({ status: 'placed' });

    const right = await ada.pay(adas.orderId, 'k-2');
    await eventually(
      async () =>
        expect((await ada.get('orders', `/orders/${adas.orderId}`)).body).toMatchObject({
          status: 'started',
          paymentId: right.paymentId,
        }),
      deadlineMs,
    );

    expect((await bob.get('orders', `/orders/${adas.orderId}`)).status).toBe(404);
    expect((await bob.get('payments', `/payments/${right.paymentId}`)).status).toBe(404);
    expect((await support.get('orders', `/orders/${adas.orderId}`)).status).toBe(200);
    expect((await support.get('payments', `/payments/${right.paymentId}`)).status).toBe(200);
    expect(await ada.orders()).toEqual([adas.orderId]);
    expect(await bob.orders()).toEqual([bobs.orderId]);
    expect((await support.orders()).sort()).toEqual([adas.orderId, bobs.orderId].sort());
    expect(await ada.payments()).toEqual([right.paymentId, wrong[0]?.paymentId]);
    expect(await bob.payments()).toEqual([wrong[1]?.paymentId]);
    expect(await support.payments()).toHaveLength(3);
  });

  it('from before there were owners are visible to support, and work as before', async () => {
    await using system = await createSystem(kind);
    const at = '2026-01-01T00:00:00.000Z';
    await leaveAsBefore(
      system,
      'orders',
      `INSERT INTO customer_order (order_id, customer_id, amount, currency, status, placed_at)
       VALUES ('old', 'c-1', 1250, 'EUR', 'placed', '${at}')`,
    );
    await leaveAsBefore(
      system,
      'payments',
      `INSERT INTO payment (payment_id, order_id, amount, currency, status, created_at)
       VALUES ('old', 'gone', 1250, 'EUR', 'captured', '${at}')`,
    );
    const { ada, support } = await openShop(system);
    expect((await ada.get('orders', '/orders/old')).status).toBe(404);
    expect((await ada.get('payments', '/payments/old')).status).toBe(404);
    expect([await ada.orders(), await ada.payments()]).toEqual([[], []]);
    expect([await support.orders(), await support.payments()]).toEqual([['old'], ['old']]);

    const { paymentId } = await ada.pay('old', 'k-1');
    await eventually(
      async () =>
        expect((await support.get('orders', '/orders/old')).body).toMatchObject({ status: 'started', paymentId }),
      deadlineMs,
    );
  });
});
