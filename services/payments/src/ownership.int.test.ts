import { PaymentRejected } from '@anywise/contracts/orders';
import { PaymentCreated, type Payment } from '@anywise/contracts/payments';
import { startTestService, type TestService } from '@anywise/service/testing';
import { expect, it } from '@jest/globals';
import { MessageRegistry, on, SqlTransaction } from 'anywise';
import { eventually } from 'anywise/testing';
import type { Agent } from 'supertest';
import { app } from './app.js';

const price = { amount: 1250, currency: 'EUR' };

async function pay(as: Agent, orderId = 'o-1'): Promise<Payment> {
  const response = await as.post('/payments').send({ orderId, ...price });
  return response.body as Payment;
}

async function list(as: Agent, query: object = {}): Promise<{ items: Payment[]; nextCursor: string | null }> {
  const response = await as.get('/payments').query(query);
  return response.body as { items: Payment[]; nextCursor: string | null };
}

/** Removes the owners of the payments, as in a database from before payments had owners. */
async function forgetOwners({ service }: TestService): Promise<void> {
  await service.anywise.transaction(async (transaction) => {
    const sql = await transaction.get(SqlTransaction);
    await sql.run('UPDATE payment SET owner_id = NULL');
  });
}

it('shows a payment to the user who made it and to support, and to others no more than one that is not there', async () => {
  await using payments = await startTestService(app);
  const bob = await payments.as('bob');
  const support = await payments.as('sue', 'support');
  const payment = await pay(payments.request);
  const path = `/payments/${payment.paymentId}`;

  expect((await payments.request.get(path)).body).toEqual(payment);
  expect((await support.get(path)).body).toEqual(payment);
  const hidden = await bob.get(path);
  const missing = await bob.get('/payments/nothing');
  expect(hidden.status).toBe(404);
  expect(hidden.body).toEqual(missing.body);
});

it.each(['admin', 'Support', 'support ', ''])('gives the role %j no right', async (role) => {
  await using payments = await startTestService(app);
  const { paymentId } = await pay(payments.request);
  const other = await payments.as('sue', role);
  expect((await other.get(`/payments/${paymentId}`)).status).toBe(404);
  expect((await list(other)).items).toEqual([]);
});

it('lists the payments of each user, page by page, and all of them for support', async () => {
  await using payments = await startTestService(app);
  const bob = await payments.as('bob');
  const support = await payments.as('sue', 'support');
  const all = new Set<string>();
  const adas = new Set<string>();
  for (let n = 0; n < 6; n++) {
    const { paymentId } = await pay(n % 2 === 0 ? payments.request : bob);
    all.add(paymentId);
    if (n % 2 === 0) adas.add(paymentId);
  }

  const read = async (as: Agent): Promise<string[]> => {
    const found: string[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await list(as, { limit: 2, ...(cursor && { cursor }) });
      found.push(...page.items.map(({ paymentId }) => paymentId));
      cursor = page.nextCursor;
    } while (cursor !== null);
    return found;
  };
  const inOnePage = async (as: Agent) => (await list(as)).items.map(({ paymentId }) => paymentId);
  for (const [as, expected] of [
    [payments.request, adas],
    [bob, [...all].filter((paymentId) => !adas.has(paymentId))],
    [support, all],
  ] as const) {
    const found = await read(as);
    expect(found).toEqual(await inOnePage(as));
    expect([...found].sort()).toEqual([...expected].sort());
  }
});

it('tells nothing by a cursor that is the payment of another user', async () => {
  await using payments = await startTestService(app);
  const bob = await payments.as('bob');
  await pay(bob);
  const { paymentId } = await pay(payments.request);
  const answers = await Promise.all([paymentId, 'nothing'].map((cursor) => bob.get('/payments').query({ cursor })));
  expect(answers[0]?.status).toBe(answers[1]?.status);
  expect(answers[0]?.body).toEqual(answers[1]?.body);
});

it('gives two users with one idempotency key a payment each', async () => {
  await using payments = await startTestService(app);
  const bob = await payments.as('bob');
  const once = (as: Agent) =>
    as
      .post('/payments')
      .set('idempotency-key', 'k-1')
      .send({ orderId: 'o-1', ...price });
  const [adas, bobs] = [await once(payments.request), await once(bob)];
  expect((bobs.body as Payment).paymentId).not.toBe((adas.body as Payment).paymentId);
  expect((await list(bob)).items).toEqual([bobs.body]);
});

it('tells orders who paid', async () => {
  await using payments = await startTestService(app);
  const heard: PaymentCreated[] = [];
  const ear = on(PaymentCreated).listen((event) => void heard.push(event));
  await payments.join(new MessageRegistry('ear').register(ear));
  const { paymentId } = await pay(await payments.as('bob'));
  await eventually(() => expect(heard).toMatchObject([{ paymentId, payerId: 'bob' }]), 30_000);
});

it('shows the payer of another user’s order why the payment was rejected', async () => {
  await using payments = await startTestService(app);
  const bob = await payments.as('bob');
  const { paymentId, orderId } = await pay(bob);
  const orders = await payments.join();
  await orders.publish(new PaymentRejected({ paymentId, orderId, reason: 'not-your-order' }));
  await eventually(
    async () =>
      expect((await bob.get(`/payments/${paymentId}`)).body).toMatchObject({
        status: 'rejected',
        rejection: 'not-your-order',
      }),
    30_000,
  );
});

it('shows a payment from before owners were kept to support alone', async () => {
  await using payments = await startTestService(app);
  const support = await payments.as('sue', 'support');
  const { paymentId } = await pay(payments.request);
  await forgetOwners(payments);
  expect((await payments.request.get(`/payments/${paymentId}`)).status).toBe(404);
  expect((await list(payments.request)).items).toEqual([]);
  expect((await list(support)).items).toMatchObject([{ paymentId }]);
});
