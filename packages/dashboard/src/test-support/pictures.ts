// Takes the pictures of the documentation that `pnpm demo` has nothing for: `pnpm pictures <folder> <path of a Chromium>`.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { memoryStore } from 'anywise';
import { catalog, openapi } from 'anywise/docs';
import { route } from 'anywise/express';
import { chromium } from 'playwright-core';
import { dashboard } from '../index.js';
import { keepReadModel, keepSaga } from './kept.js';
import { serve } from './serve.js';
import { CancelUnpaidOrder, openShop, OrderPlaced, orders, PaymentCreated, payments } from './shop.js';

const [folder = '', executablePath = ''] = process.argv.slice(2);
const pictures = {
  sagas: '/sagas',
  projections: '/projections',
  catalog: '/catalog',
  apis: '/apis/reader?title=orders',
};

const store = memoryStore();
const { bus } = openShop(store);
await bus.start();
for (const key of ['o-4711', 'o-4712']) await keepSaga(store, key);
await keepSaga(store, 'o-4710', 'ended');
await keepReadModel(store);

const contracts = [orders, payments];
const routes = [route('post', '/orders/:orderId/cancel', CancelUnpaidOrder)];
const made = [
  { type: OrderPlaced.type, deed: 'publishes' as const, place: 'services/orders/src/place-order.ts:31' },
  { type: PaymentCreated.type, deed: 'publishes' as const, place: 'services/payments/src/create-payment.ts:24' },
];
const handler = dashboard(bus, {
  catalog: () => catalog([{ description: bus.describe(), contracts, routes, made }]),
  openapi: () => [openapi(routes, { title: 'orders', version: '1.2.0', description: 'Takes and cancels orders.' })],
});
{
  await using server = await serve(handler);
  const browser = await chromium.launch({ executablePath, args: ['--headless', '--no-sandbox', '--disable-gpu'] });
  const page = await browser.newPage({ viewport: { width: 1_280, height: 760 } });
  page.setDefaultTimeout(120_000);
  mkdirSync(folder, { recursive: true });
  for (const [name, path] of Object.entries(pictures)) {
    await page.goto(`${server.url}${path}`, { waitUntil: 'networkidle' });
    await page.screenshot({ path: join(folder, `${name}.png`) });
  }
  await browser.close();
}
await bus.stop();
