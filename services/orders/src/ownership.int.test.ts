import { OrderStarted, PaymentRejected, type Order } from '@anywise/contracts/orders';
import { PaymentCreated } from '@anywise/contracts/payments';
import { startTestService, type TestService } from '@anywise/service/testing';
import { expect, it } from '@jest/globals';
import { MessageRegistry, on, SqlTransaction } from 'anywise';
import { eventually } from 'anywise/testing';
import type { Agent } from 'supertest';
import { app } from './app.js';

const price = { amount: 1250, currency: 'EUR' };

async function place(as: Agent, customerId = 'c-1'): Promise<Order> {
  const response = await as.post('/orders').send({ customerId, ...price });
  return response.body as Order;
}

async function list(as: Agent, query: object = {}): Promise<{ items: Order[]; nextCursor: string | null }> {
  const response = await as.get('/orders').query(query);
  return response.body as { items: Order[]; nextCursor: string | null };
}

/** Removes the owners of the orders, as in a database from before orders had owners. */
async function forgetOwners({ service }: TestService): Promise<void> {
  await service.anywise.transaction(async (transaction) => {
    const sql = await transaction.get(SqlTransaction);
    await sql.run('UPDATE customer_order SET owner_id = NULL');
  });
}

it('shows an order to the user who placed it and to support, and to others no more than one that is not there', async () => {
  await using orders = await startTestService(app);
  const bob = await orders.as('bob');
  const support = await orders.as('sue', 'support');
  const order = await place(orders.request);
  const path = `/orders/${order.orderId}`;

  expect((await orders.request.get(path)).body).toEqual(order);
  expect((await support.get(path)).body).toEqual(order);
  const hidden = await bob.get(path);
  const missing = await bob.get('/orders/nothing');
  expect(hidden.status).toBe(404);
  expect(hidden.body).toEqual(missing.body);
});

it('does not take the customer for the owner', async () => {
  await using orders = await startTestService(app);
  const { orderId } = await place(orders.request, 'bob');
  expect((await (await orders.as('bob')).get(`/orders/${orderId}`)).status).toBe(404);
});

it.each(['admin', 'Support', 'support ', ''])('gives the role %j no right', async (role) => {
  await using orders = await startTestService(app);
  const { orderId } = await place(orders.request);
  const other = await orders.as('sue', role);
  expect((await other.get(`/orders/${orderId}`)).status).toBe(404);
  expect((await list(other)).items).toEqual([]);
});

it('lists the orders of each user, page by page, and all of them for support', async () => {
  await using orders = await startTestService(app);
  const bob = await orders.as('bob');
  const support = await orders.as('sue', 'support');
  const all = new Set<string>();
  const adas = new Set<string>();
  for (let n = 0; n < 6; n++) {
    const { orderId } = await place(n % 2 === 0 ? orders.request : bob);
    all.add(orderId);
    if (n % 2 === 0) adas.add(orderId);
  }

  const read = async (as: Agent): Promise<string[]> => {
    const found: string[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await list(as, { limit: 2, ...(cursor && { cursor }) });
      found.push(...page.items.map(({ orderId }) => orderId));
      cursor = page.nextCursor;
    } while (cursor !== null);
    return found;
  };
  const inOnePage = async (as: Agent) => (await list(as)).items.map(({ orderId }) => orderId);
  for (const [as, expected] of [
    [orders.request, adas],
    [bob, [...all].filter((orderId) => !adas.has(orderId))],
    [support, all],
  ] as const) {
    const found = await read(as);
    expect(found).toEqual(await inOnePage(as));
    expect([...found].sort()).toEqual([...expected].sort());
  }
});

it('tells nothing by a cursor that is the order of another user', async () => {
  await using orders = await startTestService(app);
  const bob = await orders.as('bob');
  await place(bob);
  const { orderId } = await place(orders.request);
  const answers = await Promise.all([orderId, 'nothing'].map((cursor) => bob.get('/orders').query({ cursor })));
  expect(answers[0]?.status).toBe(answers[1]?.status);
  expect(answers[0]?.body).toEqual(answers[1]?.body);
});

it('gives two users with one idempotency key an order each', async () => {
  await using orders = await startTestService(app);
  const bob = await orders.as('bob');
  const once = (as: Agent) =>
    as
      .post('/orders')
      .set('idempotency-key', 'k-1')
      .send({ customerId: 'c-1', ...price });
  const [adas, bobs] = [await once(orders.request), await once(bob)];
  expect((bobs.body as Order).orderId).not.toBe((adas.body as Order).orderId);
  expect((await list(bob)).items).toEqual([bobs.body]);
});

it('rejects the payment of another user, before and after its own has started the order', async () => {
  await using orders = await startTestService(app);
  const heard: object[] = [];
  const ear = on(OrderStarted, PaymentRejected)
    .named('ear')
    .listen((event) => void heard.push(event));
  const payments = await orders.join(new MessageRegistry('ear').register(ear));
  const { orderId } = await place(orders.request);
  const pay = (paymentId: string, payerId: string) =>
    payments.publish(new PaymentCreated({ paymentId, orderId, payerId, ...price }));

  for (const [paymentId, payer] of [
    ['p-1', 'bob'],
    ['p-2', 'sue'],
    ['p-3', 'ada'],
    ['p-4', 'bob'],
  ] as const) {
    await pay(paymentId, payer);
  }
  const reason = 'not-your-order';
  await eventually(
    () =>
      expect(heard).toEqual([
        new PaymentRejected({ paymentId: 'p-1', orderId, reason }),
        new PaymentRejected({ paymentId: 'p-2', orderId, reason }),
        new OrderStarted({ orderId, paymentId: 'p-3' }),
        new PaymentRejected({ paymentId: 'p-4', orderId, reason }),
      ]),
    30_000,
  );
  expect((await orders.request.get(`/orders/${orderId}`)).body).toMatchObject({ status: 'started', paymentId: 'p-3' });
});

it('shows an order from before owners were kept to support alone, and lets it be paid as before', async () => {
  await using orders = await startTestService(app);
  const support = await orders.as('sue', 'support');
  const { orderId } = await place(orders.request);
  await forgetOwners(orders);
  expect((await orders.request.get(`/orders/${orderId}`)).status).toBe(404);
  expect((await list(orders.request)).items).toEqual([]);
  expect((await list(support)).items).toMatchObject([{ orderId, status: 'placed' }]);

  const payments = await orders.join();
  await payments.publish(new PaymentCreated({ paymentId: 'p-1', orderId, payerId: 'ada', ...price }));
  await eventually(
    async () => expect((await support.get(`/orders/${orderId}`)).body).toMatchObject({ status: 'started' }),
    30_000,
  );
});
