import { memoryStore, type Store, type Transport } from 'anywise';
import { eventually } from 'anywise/testing';
import { expect } from '@jest/globals';
import { dashboard, type DashboardOptions } from '../index.js';
import { openShop, PaymentCreated, type Shop } from './shop.js';
import { serve, type Served } from './serve.js';

/** A shop that runs, and its dashboard. */
export interface Opened extends AsyncDisposable {
  readonly shop: Shop;
  readonly store: Store;
  readonly server: Served;
  /** Publishes payments for these orders, which die if they are poison, and waits until all are dead or handled. */
  pay(orders: readonly string[], amount?: number): Promise<void>;
  /** The first dead letter's part of an address. */
  firstLetter(): Promise<URLSearchParams>;
  /** The text of a page, without its tags. */
  read(path: string): Promise<string>;
}

export async function openDashboard(
  options: DashboardOptions = {},
  store: Store = memoryStore(),
  transport?: Transport,
): Promise<Opened> {
  const shop = openShop(store, transport);
  await shop.bus.start();
  const rowsOf = async (state: 'waiting' | 'running' | 'dead') => {
    return (await store.view?.inbox({ state }, { limit: 1_000 })) ?? [];
  };
  const server = await serve(dashboard(shop.bus, options));
  return {
    shop,
    store,
    server,
    async pay(orders, amount = 1250) {
      for (const orderId of orders) await shop.bus.publish(new PaymentCreated({ orderId, amount, currency: 'EUR' }));
      await eventually(async () => {
        // One after the other, in the order in which a message takes these states: none is missed on its way.
        const waiting = await rowsOf('waiting');
        const running = await rowsOf('running');
        const dead = await rowsOf('dead');
        expect(running).toEqual([]);
        const keys = new Set(dead.map(({ key }) => key));
        expect(waiting.filter(({ key }) => !keys.has(key))).toEqual([]);
      });
    },
    async firstLetter() {
      const [letter] = await store.deadLetters.list({}, { limit: 1 });
      if (letter === undefined) throw new Error('there is no dead letter');
      const { listener, source, id } = letter;
      return new URLSearchParams({ service: 'orders', listener, source, id });
    },
    read: async (path) => textOf((await server.ask(path)).text),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await shop.bus.stop();
    },
  };
}

/** The text of a page's main part. */
export function textOf(html: string): string {
  const [, main = html] = /<main[^>]*>(.*)<\/main>/s.exec(html) ?? [];
  return main
    .replace(/<(?:p|div|h\d|li|tr|td|th|dt|dd|summary|pre|button|a|option)\b[^>"]*(?:"[^"]*"[^>"]*)*>/g, ' ')
    .replace(/<[^>"]*(?:"[^"]*"[^>"]*)*>/g, '')
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ')
    .trim();
}

/** The fields that a form of a page would send, as a browser reads them. */
export function hiddenFields(html: string): Record<string, string> {
  const found = [...html.matchAll(/<input type="hidden" name="([^"]*)" value(?:="([^"]*)")?\/>/g)];
  return Object.fromEntries(found.map(([, name = '', value = '']) => [name, value.replaceAll('&quot;', '"')]));
}
