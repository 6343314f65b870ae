import { afterAll, expect, it } from '@jest/globals';
import { connectTransport } from 'anywise/connect';
import { eventually } from 'anywise/testing';
import { closeBrowser, inBrowser, openPage } from '../test-support/browser.js';
import { openDashboard } from '../test-support/dashboard.js';
import { hasNats, startNats } from '../test-support/nats.js';
import { PaymentCreated } from '../test-support/shop.js';
import { storeKinds } from '../test-support/stores.js';

afterAll(closeBrowser);

const withBroker = hasNats() ? inBrowser : it.skip;

for (const { kind, open } of storeKinds) {
  withBroker(
    `a person sees on ${kind} what waits for a broker that is away, and that it left when it was back`,
    async () => {
      await using nats = await startNats();
      await using place = await open();
      const transport = await connectTransport(nats.url);
      await using opened = await openDashboard({}, place.store, transport);
      await using tab = await openPage(opened.server.url);
      const { page } = tab;
      opened.shop.poison.add('o-2');
      await opened.pay(['o-1', 'o-2']);
      await page.goto(`${opened.server.url}/`);
      await page.getByRole('heading', { name: /orders\/on-payment-created gave up 1 message/ }).waitFor();

      await nats.kill();
      await opened.shop.bus.publish(new PaymentCreated({ orderId: 'o-3', amount: 7, currency: 'EUR' }));
      await page.goto(`${opened.server.url}/outbox`);
      await page.getByRole('table', { name: 'Waiting in orders' }).getByText('payments.payment-created').waitFor();

      await nats.start();
      await page.getByText('Everything has left.').waitFor();
      await eventually(() => expect(opened.shop.handled).toEqual(['o-1 1250', 'o-3 7']));
      opened.shop.poison.clear();
      await page.goto(`${opened.server.url}/dead-letters/letter?${await opened.firstLetter()}`);
      await page.getByRole('button', { name: 'Replay' }).click();
      await page.getByRole('heading', { name: 'Replayed' }).waitFor();
      await eventually(() => expect(opened.shop.handled).toEqual(['o-1 1250', 'o-3 7', 'o-2 1250']));
    },
  );
}
