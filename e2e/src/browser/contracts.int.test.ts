import { readdirSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { chromiumPath, withoutChromium } from '@anywise/test-servers/chromium';
import { bundleForBrowsers } from './bundle.js';
import { startChromium } from './chromium.js';

const contracts = readdirSync(new URL('../../../packages/contracts/src', import.meta.url))
  .filter((file) => file.endsWith('.ts') && !file.includes('.test'))
  .map((file) => file.replace(/\.ts$/, ''));

const tried = `
  ${contracts.map((file) => `import '@anywise/contracts/${file}';`).join('\n')}
  import { GetPayment, payments, PaymentCreated } from '@anywise/contracts/payments';
  import { PlaceOrder } from '@anywise/contracts/orders';

  function problemsOf(make: () => unknown): unknown {
    try { return make(); } catch (error) { return error.issues ?? String(error); }
  }
  const order = new PlaceOrder({ customerId: 'c-1', amount: 1250, currency: 'EUR' });
  const { eventId, entityId } = new PaymentCreated({ paymentId: 'p-1', orderId: 'o-1', amount: 1250, currency: 'EUR', user: 'ada' });
  globalThis.tried = JSON.stringify({
    order: { type: order.type, ...order },
    wrong: problemsOf(() => new PlaceOrder({ customerId: '', amount: 12.5, currency: 'EUR' })),
    query: new GetPayment({ paymentId: 'p-1' }).paymentId,
    event: { entityId, idLength: eventId.length },
    messages: payments.messages.size > 0,
  });
`;

const expected = {
  order: { type: 'orders.place-order', customerId: 'c-1', amount: 1250, currency: 'EUR' },
  wrong: [expect.objectContaining({ path: ['customerId'] }), expect.objectContaining({ path: ['amount'] })],
  query: 'p-1',
  event: { entityId: 'o-1', idLength: 36 },
  messages: true,
};

describe('the contracts, bundled for browsers', () => {
  it('validate messages where there is nothing of Node', async () => {
    const bundle = await bundleForBrowsers(tried);
    const page = createContext({ crypto: globalThis.crypto, URL, TextEncoder });
    runInContext(bundle, page);
    expect(JSON.parse(String(page.tried))).toEqual(expected);
  });

  it('refuse what needs Node, at the bundler', async () => {
    await expect(bundleForBrowsers(`import { Anywise } from 'anywise'; new Anywise({ name: 'a' });`)).rejects.toThrow(
      'No matching export',
    );
  });

  (chromiumPath === undefined ? it.skip : it)(`validate messages in Chromium${withoutChromium}`, async () => {
    const bundle = await bundleForBrowsers(tried);
    const browser = await startChromium();
    try {
      const page = await browser.newPage();
      // Without TLS, as in an intranet: such pages have no \`crypto.randomUUID\`.
      await page.route('http://shop.example/', (route) =>
        route.fulfill({ contentType: 'text/html', body: '<title>shop</title>' }),
      );
      await page.goto('http://shop.example/');
      await page.addScriptTag({ content: bundle });
      expect(JSON.parse(String(await page.evaluate('globalThis.tried')))).toEqual(expected);
    } finally {
      await browser.close();
    }
  });

  it('weigh no more than a page can bear', async () => {
    const bundle = await bundleForBrowsers(`export { command, contract, query } from 'anywise';`);
    expect(bundle.length).toBeLessThan(30_000);
  });
});
