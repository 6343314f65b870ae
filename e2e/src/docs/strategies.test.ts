import { expect, it } from '@jest/globals';
import { Anywise, MessageRegistry, command, contract, memoryStore, on, type Command, type SendStrategy } from 'anywise';
import { eventually } from 'anywise/testing';
import { importPage } from './import-page.js';

const page = (await importPage('docs/how-to/strategies.md')) as {
  readonly Ship: new (data: { readonly orderId: string }) => Command;
  readonly atOnce: Anywise;
  readonly heard: readonly string[];
  readonly watched: Anywise;
  readonly slow: readonly string[];
  readonly watchful: (limitMs: number, report: (type: string) => void) => SendStrategy;
};

async function ship(anywise: Anywise): Promise<void> {
  await anywise.start();
  await anywise.send(new page.Ship({ orderId: 'o-1' }));
  await anywise.stop();
}

it('brings an event to its listeners by the publisher of the page', async () => {
  await ship(page.atOnce);
  expect(page.heard).toEqual(['customer: o-1', 'warehouse: o-1']);
});

it('times listeners and commands as the page shows', async () => {
  await ship(page.watched);
  expect(page.slow).toEqual(['shop/tell-customer', 'shop/tell-warehouse', 'shop.ship']);
});

it('runs the sender around what is sent, sent by a handler, and enqueued', async () => {
  class Outer extends command('shop.outer') {}
  class Inner extends command('shop.inner') {}
  const outer = on(Outer)
    .inject({ anywise: Anywise })
    .handle(async (_command, _context, { anywise }) => anywise.send(new Inner()));
  const inner = on(Inner).handle(async () => undefined);
  const told: string[] = [];
  const anywise = new Anywise({
    name: 'shop',
    contracts: [contract('shop', { Outer, Inner })],
    registries: [new MessageRegistry('shop').register(outer, inner)],
    store: memoryStore(),
    sender: page.watchful(0, (type) => void told.push(type)),
  });
  await anywise.start();
  await anywise.send(new Outer());
  await anywise.enqueue(new Inner());
  await eventually(() => expect(told).toEqual(['shop.inner', 'shop.outer', 'shop.inner']));
  await anywise.stop();
});

it('commits nothing where the sender throws', async () => {
  class Outer extends command('shop.outer') {}
  class Later extends command('shop.later') {}
  const outer = on(Outer)
    .inject({ anywise: Anywise })
    .handle(async (_command, _context, { anywise }) => {
      await anywise.enqueue(new Later(), { delayMs: 60_000 });
    });
  const later = on(Later).handle(async () => undefined);
  const anywise = new Anywise({
    name: 'shop',
    contracts: [contract('shop', { Outer, Later })],
    registries: [new MessageRegistry('shop').register(outer, later)],
    store: memoryStore(),
    sender: async (_command, _context, handle) => {
      await handle();
      throw new Error('too slow');
    },
  });
  await anywise.start();
  await expect(anywise.send(new Outer())).rejects.toThrow('too slow');
  expect(await anywise.status()).toMatchObject({ outbox: { scheduled: { count: 0 } } });
  await anywise.stop();
});
