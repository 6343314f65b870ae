import { expect, it } from '@jest/globals';
import { composeBanner } from './banner.js';

const embedded = { storeUrl: 'sqlite:/srv/shop/.anywise', transportUrl: 'sqlite:/srv/shop/.anywise/bus.db' };

it('shows where everything is and how to try it', () => {
  const services = [
    { ...embedded, slice: 'orders', port: 3002 },
    { ...embedded, slice: 'payments', port: 3001 },
  ];
  expect(composeBanner(services, 'a.b.c')).toMatchInlineSnapshot(`
    "
    Everything is ready.

      orders     http://127.0.0.1:3002
      payments   http://127.0.0.1:3001
      store      sqlite:/srv/shop/.anywise
      transport  sqlite:/srv/shop/.anywise/bus.db

    Place an order:

      curl -s -X POST http://127.0.0.1:3002/orders -H 'authorization: Bearer a.b.c' -H 'content-type: application/json' -d '{"customerId":"c-1","amount":1250,"currency":"EUR"}'

    Another token: pnpm --silent dev:token [user]
    Stop: Ctrl-C

    "
  `);
});

it('shows where the dashboard is', () => {
  const services = [{ ...embedded, slice: 'orders', port: 3002 }];
  expect(composeBanner(services, undefined, 'http://127.0.0.1:3000')).toContain('  dashboard  http://127.0.0.1:3000\n');
});

it('shows no password', () => {
  const storeUrl = 'postgres://anywise:hunter2@db/anywise?password=hunter2';
  const transportUrl = 'postgres://anywise:hun/ter2@db/anywise';
  const banner = composeBanner([{ storeUrl, transportUrl, slice: 'payments', port: 3001 }], 'a.b.c');
  expect(banner).toContain('store      postgres://db/anywise\n');
  expect(banner).toContain('transport  postgres:…\n');
});

it('offers to place an order only if a service handles it', () => {
  expect(composeBanner([{ ...embedded, slice: 'payments', port: 3001 }], 'a.b.c')).not.toContain('curl');
});

it('offers no token if none can be signed here', () => {
  const banner = composeBanner([{ ...embedded, slice: 'orders', port: 3002 }], undefined);
  expect(banner).not.toMatch(/curl|dev:token/);
});
