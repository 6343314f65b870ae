import { afterAll, describe, expect } from '@jest/globals';
import { eventually } from 'anywise/testing';
import { closeBrowser, inBrowser, openPage } from '../test-support/browser.js';
import { openDashboard } from '../test-support/dashboard.js';
import { CancelUnpaidOrder, PaymentCreated } from '../test-support/shop.js';
import { storeKinds } from '../test-support/stores.js';

afterAll(closeBrowser);

describe.each(storeKinds)('at three in the morning, on $kind,', ({ open }) => {
  inBrowser('a person finds what is stuck, sees it change, and replays it', async () => {
    await using place = await open();
    await using opened = await openDashboard({}, place.store);
    await using tab = await openPage(opened.server.url);
    const { page } = tab;
    opened.shop.poison.add('o-17');
    await opened.pay(['o-17'], 1251);
    await opened.shop.bus.publish(new PaymentCreated({ orderId: 'o-17', amount: 2, currency: 'EUR' }));
    await page.goto(`${opened.server.url}/`);
    await page.getByRole('heading', { name: 'orders/on-payment-created holds up 1 message of 1 key' }).waitFor();
    await opened.shop.bus.publish(new PaymentCreated({ orderId: 'o-17', amount: 3, currency: 'EUR' }));
    await page.getByRole('heading', { name: 'orders/on-payment-created holds up 2 messages of 1 key' }).waitFor();
    await page.getByRole('link', { name: 'Look at it' }).click();
    await page.getByRole('table').getByRole('link', { name: 'payments.payment-created' }).click();
    await page.getByText('holds up key o-17 (2 messages wait)').waitFor();
    await page.getByText('What its attempts wrote to the database was rolled back').waitFor();
    opened.shop.poison.clear();
    await page.getByRole('button', { name: 'Replay' }).click();
    await page.getByRole('heading', { name: 'Replayed' }).waitFor();
    await page.getByRole('link', { name: 'Follow it' }).click();
    await page.getByText('handled').first().waitFor();
    await page.getByRole('link', { name: 'Health' }).click();
    await page.getByText('Nothing is stuck.').waitFor();
    await eventually(() => expect(opened.shop.handled).toEqual(['o-17 1251', 'o-17 2', 'o-17 3']));
    await page.getByRole('link', { name: 'Actions' }).click();
    await page.getByRole('row', { name: /local dead-letters replay 1/ }).waitFor();
  });

  inBrowser('a person mends the data of a message, after the contract refused it once', async () => {
    await using place = await open();
    await using opened = await openDashboard({}, place.store);
    await using tab = await openPage(opened.server.url);
    const { page } = tab;
    opened.shop.poison.add('o-1');
    await opened.pay(['o-1']);
    await page.goto(`${opened.server.url}/dead-letters/letter?${await opened.firstLetter()}`);
    await page.getByRole('link', { name: 'Edit …' }).click();
    await page.getByLabel('amount').fill('-900');
    await page.getByRole('button', { name: 'Save and replay' }).click();
    await page.getByRole('alert').getByText('Nothing was saved.').waitFor();
    opened.shop.poison.clear();
    await page.getByLabel('amount').fill('900');
    await page.getByRole('button', { name: 'Save and replay' }).click();
    await page.getByRole('heading', { name: 'Saved and replayed' }).waitFor();
    await eventually(() => expect(opened.shop.handled).toEqual(['o-1 900']));
  });

  inBrowser('a person replays a group at once, and discards the rest for good', async () => {
    await using place = await open();
    await using opened = await openDashboard({}, place.store);
    await using tab = await openPage(opened.server.url);
    const { page } = tab;
    for (const order of ['o-1', 'o-2', 'o-3']) opened.shop.poison.add(order);
    await opened.pay(['o-1', 'o-2', 'o-3']);
    opened.shop.poison.delete('o-1');
    opened.shop.poison.delete('o-2');
    await page.goto(`${opened.server.url}/dead-letters`);
    await page.getByRole('link', { name: /The ledger answered/ }).click();
    await page.getByRole('link', { name: 'Replay all of these …' }).click();
    await page.getByRole('button', { name: 'Replay 3 dead letters' }).click();
    await page.getByText('The database says: 3 of 3 replayed.').waitFor();
    await eventually(async () => {
      expect(opened.shop.handled).toHaveLength(2);
      expect(await opened.store.deadLetters.count({})).toBe(1);
    });
    await page.getByRole('link', { name: 'Back to the dead letters' }).click();
    await page.getByRole('link', { name: 'Discard all of these …' }).click();
    await page.getByLabel('Type 1 to discard it').fill('1');
    await page.getByRole('button', { name: 'Discard 1 dead letter' }).click();
    await page.getByText('The database says: 1 of 1 discarded.').waitFor();
    expect(await opened.store.deadLetters.count({})).toBe(0);
  });

  inBrowser('two people press Replay at once, and one of them is told that nothing was left', async () => {
    await using place = await open();
    await using opened = await openDashboard({}, place.store);
    await using first = await openPage(opened.server.url);
    await using second = await openPage(opened.server.url);
    const pages = [first.page, second.page];
    opened.shop.poison.add('o-1');
    await opened.pay(['o-1']);
    const address = `${opened.server.url}/dead-letters/letter?${await opened.firstLetter()}`;
    for (const page of pages) await page.goto(address);
    opened.shop.poison.clear();
    await Promise.all(pages.map((page) => page.getByRole('button', { name: 'Replay' }).click()));
    const headings = await Promise.all(pages.map((page) => page.getByRole('heading', { level: 1 }).innerText()));
    expect(headings.sort()).toEqual(['Nothing was replayed', 'Replayed']);
    await eventually(() => expect(opened.shop.handled).toEqual(['o-1 1250']));
  });

  inBrowser('a person cancels one command, and runs another at once', async () => {
    await using place = await open();
    await using opened = await openDashboard({}, place.store);
    await using tab = await openPage(opened.server.url);
    const { page } = tab;
    for (const [orderId, delayMs] of [
      ['o-1', 600_000],
      ['o-2', 1_200_000],
    ] as const) {
      await opened.shop.bus.enqueue(new CancelUnpaidOrder({ orderId }), { delayMs, key: orderId });
    }
    await page.goto(`${opened.server.url}/scheduled`);
    await page.getByRole('row', { name: /o-2/ }).getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('heading', { name: '1 command cancelled' }).waitFor();
    await page.getByRole('link', { name: 'Back to what is scheduled' }).click();
    await page.getByRole('row', { name: /o-1/ }).getByRole('button', { name: 'Run now' }).click();
    await page.getByRole('link', { name: 'Follow it' }).click();
    await page.getByText('handled').first().waitFor();
  });
});
