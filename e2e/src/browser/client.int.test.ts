import { createContext, runInContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chromiumPath, withoutChromium } from '@anywise/test-servers/chromium';
import type { HttpServer } from 'anywise/express';
import { createSystem, type System } from '../harness/system.js';
import { bundleForBrowsers } from './bundle.js';
import { startChromium } from './chromium.js';
import { serveFront } from './front.js';

/** What a page does: it knows contracts and documents, and nothing of HTTP. */
const page = `
  import { CreatePayment, GetPayment, ListPayments } from '@anywise/contracts/payments';
  import { GetOrder, ListOrders, PlaceOrder } from '@anywise/contracts/orders';
  import { createClient, ProblemError, routesIn } from 'anywise/client';
  import orders from '../../../docs/api/orders.openapi.json';
  import payments from '../../../docs/api/payments.openapi.json';

  const failureOf = (sending) => sending.then(() => 'none', (error) => error.code ?? error.status ?? String(error));

  globalThis.play = async (url, token) => {
    const routes = [...routesIn(orders), ...routesIn(payments)];
    const client = createClient({ url, routes, headers: () => ({ authorization: 'Bearer ' + token }), timeoutMs: 60_000 });
    const price = { amount: 1250, currency: 'EUR' };
    const order = await client.send(new PlaceOrder({ customerId: 'c-1', ...price }));
    const { orderId } = order;
    const pay = (amount) => client.send(new CreatePayment({ orderId, ...price, amount }), { idempotencyKey: orderId });
    const payment = await pay(1250);
    let started = order;
    while (started.status !== 'started') started = await client.send(new GetOrder({ orderId }));
    const stranger = createClient({ url, routes, headers: { authorization: 'Bearer nobody' } });
    const aborted = new AbortController();
    aborted.abort(new ProblemError(0, {}, { request: 'the page' }));
    return JSON.stringify({
      order: [order.status, order.amount, order.paymentId],
      again: (await pay(1250)).paymentId === payment.paymentId,
      other: await failureOf(pay(1)),
      started: [started.status, started.paymentId === payment.paymentId],
      found: (await client.send(new GetPayment({ paymentId: payment.paymentId }))).status,
      missing: await client.send(new GetOrder({ orderId: 'no such order' })),
      lists: [
        (await client.send(new ListOrders({ limit: 1 }))).items[0].orderId === orderId,
        (await client.send(new ListPayments({}))).items[0].paymentId === payment.paymentId,
      ],
      cursor: await failureOf(client.send(new ListOrders({ cursor: 'unknown' }))),
      stranger: await failureOf(stranger.send(new ListOrders({}))),
      left: await failureOf(client.send(new ListOrders({}), { signal: aborted.signal })),
    });
  };
`;

const played = {
  order: ['placed', 1250, null],
  again: true,
  other: 'IDEMPOTENCY_CONFLICT',
  started: ['started', true],
  found: 'captured',
  missing: null,
  lists: [true, true],
  cursor: 'INVALID_MESSAGE',
  stranger: 401,
  left: 0,
};

let system: System;
let front: HttpServer;
let bundle: string;

beforeAll(async () => {
  bundle = await bundleForBrowsers(page);
  system = await createSystem();
  const [orders, payments] = [system.start('orders'), system.start('payments')];
  front = await serveFront({ orders: await orders.url(), payments: await payments.url() });
});

afterAll(async () => {
  await front.close();
  await system[Symbol.asyncDispose]();
});

describe('the client, bundled for browsers, plays with the services', () => {
  it('where there is nothing but what the web has', async () => {
    const { crypto, performance, fetch } = globalThis;
    const web = { crypto, performance, fetch, URL, URLSearchParams, AbortController, AbortSignal, TextEncoder };
    const context = createContext({ ...web, setTimeout, clearTimeout, structuredClone });
    runInContext(bundle, context);
    const play = context.play as (url: string, token: string) => Promise<string>;
    expect(JSON.parse(await play(front.url, system.token))).toEqual(played);
  });

  (chromiumPath === undefined ? it.skip : it)(`in Chromium${withoutChromium}`, async () => {
    const browser = await startChromium();
    try {
      const tab = await browser.newPage();
      await tab.goto(front.url);
      await tab.addScriptTag({ content: bundle });
      const play = `play(location.origin, ${JSON.stringify(system.token)})`;
      expect(JSON.parse(String(await tab.evaluate(play)))).toEqual(played);
    } finally {
      await browser.close();
    }
  });
});

it('weighs no more than a page can bear', async () => {
  const alone = await bundleForBrowsers(`export { createClient, routesIn } from 'anywise/client';`);
  expect(alone.length).toBeLessThan(30_000);
});
