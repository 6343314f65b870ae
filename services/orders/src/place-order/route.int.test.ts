import { OrderPlaced, type Order } from '@anywise/contracts/orders';
import { startTestService } from '@anywise/service/testing';
import { expect, it } from '@jest/globals';
import { MessageRegistry, on } from 'anywise';
import { eventually } from 'anywise/testing';
import { app } from '../app.js';

const data = { customerId: 'c-1', amount: 1250, currency: 'EUR' };

it('answers with the order and where it is', async () => {
  await using orders = await startTestService(app);
  const response = await orders.request.post('/orders').send(data);
  const { orderId } = response.body as Order;
  expect(response.status).toBe(201);
  expect(response.headers.location).toBe(`/orders/${orderId}`);
  expect(response.body).toEqual({
    ...data,
    orderId: expect.stringMatching(/^[\da-f-]{36}$/),
    status: 'placed',
    paymentId: null,
    placedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
  });
});

it('tells the other services', async () => {
  await using orders = await startTestService(app);
  const heard: OrderPlaced[] = [];
  await orders.join(new MessageRegistry('ear').register(on(OrderPlaced).listen((event) => void heard.push(event))));
  const response = await orders.request.post('/orders').send(data);
  const { orderId } = response.body as Order;
  await eventually(() => expect(heard).toHaveLength(1));
  expect(heard[0]).toMatchObject({ ...data, orderId, entityId: orderId });
});

it('places one order for one key, and refuses the key for another', async () => {
  await using orders = await startTestService(app);
  const place = (body: object) => orders.request.post('/orders').set('idempotency-key', 'k-1').send(body);
  const first = await place(data);
  const again = await place(data);
  const other = await place({ ...data, amount: 1 });
  expect(again.body).toEqual(first.body);
  expect([first.status, again.status, other.status]).toEqual([201, 201, 409]);
  const list = await orders.request.get('/orders');
  expect(list.body).toEqual({ items: [first.body], nextCursor: null });
});

it.each<[kind: string, body: object, fields: string[]]>([
  ['nothing', {}, ['customerId', 'amount', 'currency']],
  ['an empty customer id', { ...data, customerId: '' }, ['customerId']],
  ['a customer id that is too long', { ...data, customerId: 'x'.repeat(101) }, ['customerId']],
  ['a negative amount', { ...data, amount: -1 }, ['amount']],
  ['text for an amount', { ...data, amount: '1250' }, ['amount']],
  ['an amount that is not exact', { ...data, amount: Number.MAX_SAFE_INTEGER + 1 }, ['amount']],
  ['an unknown currency', { ...data, currency: 'XYZ' }, ['currency']],
])('refuses %s, names what is wrong, and places nothing', async (_kind, body, fields) => {
  await using orders = await startTestService(app);
  const response = await orders.request.post('/orders').send(body);
  expect(response.status).toBe(400);
  expect(response.headers['content-type']).toMatch('application/problem+json');
  expect(response.body).toMatchObject({ errors: fields.map((field) => ({ field })) });
  const list = await orders.request.get('/orders');
  expect(list.body).toMatchObject({ items: [] });
});
