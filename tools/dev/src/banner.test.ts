import { expect, it } from '@jest/globals';
import { composeBanner } from './banner.js';

const shared = { authSecret: 'secret', logLevel: 'info' } as const;
const embedded = { ...shared, storeUrl: 'sqlite:/work/.anywise', transportUrl: 'sqlite:/work/.anywise/bus.db' };

it('says where everything is and how to try it', () => {
  const services = [
    { ...embedded, slice: 'orders', port: 3002 },
    { ...embedded, slice: 'payments', port: 3001 },
  ];
  expect(composeBanner(services, 'a.b.c')).toMatchInlineSnapshot();
});

it('shows no password', () => {
  const storeUrl = 'postgres://anywise:hunter2@db/anywise';
  const banner = composeBanner([{ ...embedded, storeUrl, slice: 'payments', port: 3001 }], 'a.b.c');
  expect(banner).toContain('store      postgres://anywise:***@db/anywise\n');
});

it('offers to place an order only where there is a service for it', () => {
  expect(composeBanner([{ ...embedded, slice: 'payments', port: 3001 }], 'a.b.c')).not.toContain('curl');
});
