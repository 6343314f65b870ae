import { afterAll, describe, expect } from '@jest/globals';
import { eventually } from 'anywise/testing';
import { accessibilityProblems, closeBrowser, inBrowser, openPage } from '../test-support/browser.js';
import { openDashboard, type Opened } from '../test-support/dashboard.js';
import { keepReadModel, keepSaga } from '../test-support/kept.js';
import { CancelUnpaidOrder, OrderPlaced, PaymentCreated } from '../test-support/shop.js';

afterAll(closeBrowser);

const evil = '</script><script>alert(1)</script><img src=x onerror=alert(2)>"\'';

/** Every page, with something on it. */
async function everyPage(opened: Opened): Promise<readonly string[]> {
  opened.shop.poison.add('o-1').add(evil).add('ledger o-3');
  await opened.shop.bus.publish(new OrderPlaced({ orderId: 'o-3', total: 7 }));
  await opened.pay(['o-1', evil]);
  await opened.shop.bus.publish(new PaymentCreated({ orderId: 'o-1', amount: 2, currency: 'EUR' }));
  await opened.shop.bus.enqueue(new CancelUnpaidOrder({ orderId: 'o-1' }), { delayMs: 600_000 });
  await eventually(async () => expect(await opened.store.deadLetters.count({})).toBe(3));
  await keepSaga(opened.store, evil);
  await keepReadModel(opened.store);
  const [letter] = await opened.store.deadLetters.list(
    { listener: 'orders/on-payment-created' },
    { limit: 9, after: 0 },
  );
  if (letter === undefined) throw new Error('no dead letter');
  const { listener, source, id } = letter;
  const one = new URLSearchParams({ service: 'orders', listener, source, id });
  const lane = new URLSearchParams({ service: 'orders', listener, key: 'o-1' });
  return [
    '/',
    '/dead-letters',
    `/dead-letters?service=orders&listener=${encodeURIComponent(listener)}`,
    `/dead-letters/letter?${one}`,
    `/dead-letters/edit?${one}`,
    `/dead-letters/edit?${one}&as=json`,
    `/dead-letters/bulk?${one}&action=discard`,
    '/waiting',
    `/waiting?service=orders&listener=${encodeURIComponent(listener)}`,
    `/waiting?${lane}`,
    '/outbox',
    '/scheduled',
    '/conversations',
    `/conversations?id=${id}`,
    '/flow',
    '/sagas',
    `/sagas?${new URLSearchParams({ service: 'orders', name: 'orders.fulfilment', key: evil })}`,
    '/projections',
    '/processes',
    '/actions',
    '/search?q=o-1',
    '/nowhere',
  ];
}

describe('every page', () => {
  inBrowser.each(['light', 'dark'] as const)('has nothing that axe finds, in the %s', async (colorScheme) => {
    await using opened = await openDashboard();
    const context = await openPage(opened.server.url, { colorScheme, bypassCSP: true });
    const { page } = context;
    const found: string[] = [];
    for (const path of await everyPage(opened)) {
      await page.goto(`${opened.server.url}${path}`);
      found.push(...(await accessibilityProblems(page)).map((problem) => `${path} ${problem}`));
    }
    expect(found).toEqual([]);
    await page.context().close();
  });

  inBrowser('fits a screen of 320 pixels, runs nothing of what messages carry, and keeps within its CSP', async () => {
    await using opened = await openDashboard();
    const paths = await everyPage(opened);
    await using tab = await openPage(opened.server.url, { viewport: { width: 320, height: 640 } });
    const { page } = tab;
    const wide: string[] = [];
    for (const path of paths.filter((each) => each !== '/nowhere')) {
      await page.goto(`${opened.server.url}${path}`);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      if (width > 320) wide.push(`${path} ${width}`);
    }
    expect(wide).toEqual([]);
  });
});

describe('a page', () => {
  inBrowser('is of use without any script', async () => {
    await using opened = await openDashboard();
    await using tab = await openPage(opened.server.url, { javaScriptEnabled: false });
    const { page } = tab;
    opened.shop.poison.add('o-1');
    await opened.pay(['o-1']);
    opened.shop.poison.clear();
    await page.goto(`${opened.server.url}/`);
    await page.getByRole('link', { name: 'Replay it' }).click();
    await page.getByRole('button', { name: 'Replay 1 dead letter' }).click();
    await page.getByText('The database says: 1 of 1 replayed.').waitFor();
    expect(await page.getByRole('button', { name: 'Keys' }).isVisible()).toBe(false);
  });

  inBrowser('is used by keyboard alone', async () => {
    await using opened = await openDashboard();
    await using tab = await openPage(opened.server.url);
    const { page } = tab;
    opened.shop.poison.add('o-1');
    await opened.pay(['o-1']);
    await page.goto(`${opened.server.url}/`);
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('search').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.keyboard.press('g');
    await page.keyboard.press('d');
    await page.waitForURL('**/dead-letters');
    await page.keyboard.press('/');
    await page.keyboard.type('o-1');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/search?q=o-1');
    await page.keyboard.press('Tab');
    await page.getByRole('link', { name: 'Skip to the page' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('o-1');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Lane o-1' }).waitFor();
  });

  inBrowser(
    'says that it is old where the server is gone, keeps what it shows, and goes on once it is back',
    async () => {
      await using opened = await openDashboard();
      await using tab = await openPage(`${opened.server.url}/`);
      const { page } = tab;
      await page.goto(`${opened.server.url}/`);
      await page.getByText('Nothing is stuck.').waitFor();
      let isGone = true;
      await page.route('**/*', async (route) => (isGone ? route.fulfill({ status: 503, body: '' }) : route.continue()));
      await page.getByRole('status').getByText('What you see is old').waitFor();
      expect(await page.getByText('Nothing is stuck.').isVisible()).toBe(true);
      isGone = false;
      await page.locator('#connection:empty').waitFor({ state: 'attached' });
      tab.forget();
    },
  );

  inBrowser('stops refreshing while it is paused', async () => {
    await using opened = await openDashboard();
    await using tab = await openPage(opened.server.url);
    const { page } = tab;
    await page.goto(`${opened.server.url}/`);
    const time = page.locator('.foot time');
    const first = await time.innerText();
    await eventually(async () => expect(await time.innerText()).not.toBe(first));
    await page.keyboard.press('p');
    let asked = 0;
    await page.waitForLoadState('networkidle');
    page.on('request', () => asked++);
    await page.evaluate(() => {
      for (let tick = 0; tick < 3; tick++) document.dispatchEvent(new Event('visibilitychange'));
    });
    expect(asked).toBe(0);
    await page.keyboard.press('p');
    await eventually(() => expect(asked).toBeGreaterThan(0));
  });
});
