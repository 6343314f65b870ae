import { startTestService, type TestService } from '@anywise/service/testing';
import { expect, it } from '@jest/globals';
import { app } from '../app.js';

const order = { orderId: 'o-1', amount: 1250, currency: 'EUR' };

/** Checks that the service refused as RFC 9457 says, stored nothing, revealed nothing internal, and is still up. */
async function expectRefusal(payments: TestService, response: Awaited<ReturnType<TestService['request']['post']>>) {
  expect(response.headers['content-type']).toMatch('application/problem+json');
  expect(response.text).not.toMatch(/node_modules|\.ts:|\bat \w+ \(/);
  expect((await payments.request.get('/payments')).body).toEqual({ items: [], nextCursor: null });
  expect((await payments.anonymous.get('/health/ready')).status).toBe(200);
}

const without = (field: keyof typeof order) =>
  Object.fromEntries(Object.entries(order).filter(([key]) => key !== field));

const wrongFields: [kind: string, body: object, fields: string[]][] = [
  ['nothing', {}, ['orderId', 'amount', 'currency']],
  ['no order', without('orderId'), ['orderId']],
  ['no amount', without('amount'), ['amount']],
  ['no currency', without('currency'), ['currency']],
  ['everything null', { orderId: null, amount: null, currency: null }, ['orderId', 'amount', 'currency']],
  ['an empty order id', { ...order, orderId: '' }, ['orderId']],
  ['an order id that is too long', { ...order, orderId: 'x'.repeat(101) }, ['orderId']],
  ['an order id that a database would cut', { ...order, orderId: 'o-1\0zzz' }, ['orderId']],
  ['an order id with a lone surrogate', { ...order, orderId: 'o-1\ud800' }, ['orderId']],
  ['a number for an order id', { ...order, orderId: 1 }, ['orderId']],
  ['an object for an order id', { ...order, orderId: { $ne: '' } }, ['orderId']],
  ['an amount of zero', { ...order, amount: 0 }, ['amount']],
  ['a negative amount', { ...order, amount: -1 }, ['amount']],
  ['a fraction for an amount', { ...order, amount: 12.5 }, ['amount']],
  ['text for an amount', { ...order, amount: '1250' }, ['amount']],
  ['a huge amount', { ...order, amount: 1e300 }, ['amount']],
  ['an amount that is not exact', { ...order, amount: Number.MAX_SAFE_INTEGER + 1 }, ['amount']],
  ['a list for an amount', { ...order, amount: [1250] }, ['amount']],
  ['an unknown currency', { ...order, currency: 'XYZ' }, ['currency']],
  ['a currency in small letters', { ...order, currency: 'eur' }, ['currency']],
  ['a currency of four letters', { ...order, currency: 'EURO' }, ['currency']],
  ['several mistakes', { ...order, amount: -1, currency: 'XYZ' }, ['amount', 'currency']],
];

it.each(wrongFields)('refuses %s, and names what is wrong', async (_kind, body, fields) => {
  await using payments = await startTestService(app);
  const response = await payments.request.post('/payments').send(body);
  expect(response.status).toBe(400);
  expect(response.body).toMatchObject({ errors: fields.map((field) => ({ field, pointer: `#/${field}` })) });
  await expectRefusal(payments, response);
});

const valid = JSON.stringify(order);
const wrongBodies: [kind: string, status: number, contentType: string, body: string][] = [
  ['truncated JSON', 400, 'application/json', '{"orderId":'],
  ['JSON with a mistake in it', 400, 'application/json', '{orderId: 1}'],
  ['a list', 400, 'application/json', `[${valid}]`],
  ['a text', 400, 'application/json', '"o-1"'],
  ['null', 400, 'application/json', 'null'],
  ['no body', 400, 'application/json', ''],
  ['only a prototype', 400, 'application/json', `{"__proto__":${valid}}`],
  ['plain text', 415, 'text/plain', valid],
  ['a form', 415, 'application/x-www-form-urlencoded', 'orderId=o-1&amount=1250&currency=EUR'],
  ['an unknown charset', 415, 'application/json; charset=klingon', valid],
  ['10 MB', 413, 'application/json', JSON.stringify({ ...order, orderId: 'x'.repeat(10_000_000) })],
];

it.each(wrongBodies)('refuses %s with %i', async (_kind, status, contentType, body) => {
  await using payments = await startTestService(app);
  const response = await payments.request.post('/payments').set('content-type', contentType).send(body);
  expect(response.status).toBe(status);
  expect(response.body).toMatchObject({ status, title: expect.any(String) });
  await expectRefusal(payments, response);
});

it.each(['/payments/%00', '/payments/p-1%00zzz', '/payments?cursor=p-1%00', '/payments/%ED%A0%80'])(
  'refuses %s with 400',
  async (path) => {
    await using payments = await startTestService(app);
    const response = await payments.request.get(path);
    expect(response.status).toBe(400);
    await expectRefusal(payments, response);
  },
);

it('leaves the prototype of a body out', async () => {
  await using payments = await startTestService(app);
  const body = `{"__proto__":{"status":"rejected"},"constructor":{"prototype":{"polluted":true}},${valid.slice(1)}`;
  const response = await payments.request.post('/payments').set('content-type', 'application/json').send(body);
  expect(response.body).toMatchObject({ ...order, status: 'captured' });
  expect({}).not.toHaveProperty('polluted');
});

it('says what is wrong with each field', async () => {
  await using payments = await startTestService(app);
  const response = await payments.request.post('/payments').send({ orderId: '', amount: 12.5, currency: 'eur' });
  expect(response.body).toMatchInlineSnapshot(`
    {
      "code": "INVALID_MESSAGE",
      "detail": "The data does not fit \`payments.create-payment\`.",
      "errors": [
        {
          "detail": "Too small: expected string to have >=1 characters",
          "field": "orderId",
          "pointer": "#/orderId",
        },
        {
          "detail": "must be a whole number of the smallest unit, such as 1250 for 12.50 EUR",
          "field": "amount",
          "pointer": "#/amount",
        },
        {
          "detail": "must be an ISO 4217 currency code, such as EUR",
          "field": "currency",
          "pointer": "#/currency",
        },
      ],
      "status": 400,
      "title": "Bad Request",
      "type": "about:blank",
    }
  `);
});
