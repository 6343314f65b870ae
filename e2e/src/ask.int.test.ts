import { describe, expect, it } from '@jest/globals';
import { eventually } from 'anywise/testing';
import type { Databases } from './databases/databases.js';
import { describeOnEachTransport } from './databases/each-transport.js';
import { createClient, type Answer } from './harness/http-client.js';
import { createSystem, type Service, type Slice, type System } from './harness/system.js';

type Services = Readonly<Record<Slice, Service>>;

const price = { amount: 1250, currency: 'EUR' };

/** Orders waits two seconds for an answer of payments. The rest is for a busy machine. */
const fewSecondsMs = 8_000;

/** Services whose `GET /orders/:orderId/payment` is called, by the owner of an order and by others. */
async function begin(databases: Databases, start: (system: System) => Services) {
  const system = await createSystem(databases);
  let services = start(system);
  const enter = async (user: string, role?: string) => {
    const client = createClient(await system.tokenOf(user, role));
    const call = async (slice: Slice, method: 'GET' | 'POST', path: string, body?: object): Promise<Answer> =>
      client(await services[slice].url(), { method, path, ...(body !== undefined && { body }) });
    return {
      async place(): Promise<string> {
        const placed = await call('orders', 'POST', '/orders', { customerId: 'c-1', ...price });
        expect(placed).toMatchObject({ status: 201 });
        return (placed.body as { orderId: string }).orderId;
      },
      async pay(orderId: string): Promise<unknown> {
        const paid = await call('payments', 'POST', '/payments', { orderId, ...price });
        expect(paid).toMatchObject({ status: 201 });
        return paid.body;
      },
      paymentOf: (orderId: string): Promise<Answer> => call('orders', 'GET', `/orders/${orderId}/payment`),
    };
  };
  return {
    system,
    get services() {
      return services;
    },
    change: (changes: Partial<Services>) => (services = { ...services, ...changes }),
    ada: await enter('ada'),
    bob: await enter('bob'),
    support: await enter('sue', 'support'),
    [Symbol.asyncDispose]: () => system[Symbol.asyncDispose](),
  };
}

const inProcessesOfTheirOwn = (system: System): Services => ({
  payments: system.start('payments'),
  orders: system.start('orders'),
});

const inOneProcess = (system: System): Services => system.startTogether();

describeOnEachTransport('the payment of an order, which orders asks payments for', (open) => {
  describe.each([
    { how: 'in a process each', start: inProcessesOfTheirOwn },
    { how: 'in one process', start: inOneProcess },
  ])('$how', ({ start }) => {
    it('is there once the order is paid, for its owner and for support', async () => {
      await using shop = await begin(await open(), start);
      const { ada, bob, support } = shop;
      const orderId = await ada.place();
      // Until payments has started, it is 503.
      await eventually(async () => expect(await ada.paymentOf(orderId)).toMatchObject({ status: 404 }));

      const payment = await ada.pay(orderId);
      await eventually(async () =>
        expect(await ada.paymentOf(orderId)).toMatchObject({
          status: 200,
          body: { ...(payment as object), status: 'captured' },
        }),
      );
      expect(await support.paymentOf(orderId)).toEqual(await ada.paymentOf(orderId));
      const hidden = await bob.paymentOf(orderId);
      expect(hidden).toMatchObject({ status: 404 });
      expect(await bob.paymentOf('nothing')).toEqual(hidden);
    });
  });

  it('is 503 within a few seconds while payments is dead, and there again when it is back', async () => {
    await using shop = await begin(await open(), inProcessesOfTheirOwn);
    const { ada, services, system } = shop;
    const orderId = await ada.place();
    await ada.pay(orderId);
    await eventually(async () => expect(await ada.paymentOf(orderId)).toMatchObject({ status: 200 }));

    await services.payments.kill('SIGKILL');
    const ask = async (): Promise<Answer> => {
      const began = performance.now();
      const answer = await ada.paymentOf(orderId);
      expect(performance.now() - began).toBeLessThan(fewSecondsMs);
      return answer;
    };
    const noResponder = { status: 503, body: { code: 'NO_RESPONDER' } };
    // A broker takes a moment to notice a lost connection, and a request sent in the meantime gets no answer in time.
    await eventually(async () => expect(await ask()).toMatchObject(noResponder));
    expect(await ask()).toMatchObject(noResponder);

    shop.change({ payments: system.start('payments') });
    await shop.services.payments.url();
    await eventually(async () => expect(await ada.paymentOf(orderId)).toMatchObject({ status: 200 }));
  });

  it('is there again after the one process was killed', async () => {
    await using shop = await begin(await open(), inOneProcess);
    const { ada, services, system } = shop;
    const orderId = await ada.place();
    const payment = await ada.pay(orderId);
    await services.orders.kill('SIGKILL');
    shop.change(system.startTogether());
    await eventually(async () =>
      expect(await ada.paymentOf(orderId)).toMatchObject({
        status: 200,
        body: { paymentId: (payment as { paymentId: string }).paymentId },
      }),
    );
  });
});
