import { expect, it } from '@jest/globals';
import { catalog } from 'anywise/docs';
import { eventually } from 'anywise/testing';
import { openShop } from './shop.js';
import { tell } from './story.js';

it('leaves one dead letter with what waits behind it, and commands for later, and sends every other parcel', async () => {
  const shop = openShop(() => 0.5);
  await shop.start();
  const said: string[] = [];
  await tell(shop, { say: (text) => said.push(text), pause: () => new Promise((go) => setImmediate(() => go(true))) });
  expect(said.length).toBeGreaterThan(6);
  const store = (name: string) => {
    const found = shop.services.find((service) => service.name === name);
    if (found === undefined) throw new Error(`no service ${name}`);
    return found.store;
  };
  await eventually(async () => {
    const { inbox, outbox } = (await store('orders').view?.counts()) ?? {};
    expect(inbox).toMatchObject({ dead: { count: 1 }, waiting: { count: 2 }, running: { count: 0 } });
    expect(outbox?.scheduled.count).toBe(122);
    const parcels = await store('shipping').view?.counts();
    expect(parcels?.inbox).toMatchObject({ dead: { count: 0 }, waiting: { count: 0 }, running: { count: 0 } });
  });
  expect(await store('orders').deadLetters.replay({})).toBe(1);
  await eventually(async () => {
    const counts = await store('orders').view?.counts();
    expect(counts?.inbox).toMatchObject({ dead: { count: 0 }, waiting: { count: 0 } });
  });
  await shop.stop();
});

it('ends where it is told to', async () => {
  const shop = openShop();
  await shop.start();
  let beats = 0;
  await tell(shop, { say: () => undefined, pause: async () => ++beats < 3 });
  expect(beats).toBe(3);
  await shop.stop();
});

it('tells the catalog who makes and who reads each message', () => {
  const messages = catalog(openShop().services.map(({ facts }) => facts));
  expect(messages.map(({ type }) => type)).toEqual([
    'orders.cancel-unpaid-order',
    'orders.order-placed',
    'payments.payment-taken',
    'shipping.parcel-sent',
  ]);
  for (const { makers, handlers, listeners } of messages) {
    expect(makers).toHaveLength(1);
    expect(handlers.length + listeners.length).toBeGreaterThan(0);
  }
});
