import { describe, expect, it } from '@jest/globals';
import {
  Anywise,
  MessageRegistry,
  memoryBroker,
  on,
  type Contract,
  type Envelope,
  type Event,
  type Logger,
  type Target,
} from 'anywise';
import { eventually, testEnvelope } from 'anywise/testing';
import { importPage } from './import-page.js';

// The page has tests of its own, which run here too.
const { PaymentTaken, payments } = (await importPage('docs/how-to/change-an-event.md')) as {
  readonly PaymentTaken: Target<Event & { readonly amount: number }>;
  readonly payments: Contract;
};

const quiet: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** A service that listens, and somebody older or newer who publishes. */
async function startListener() {
  const heard: number[] = [];
  const listener = on(PaymentTaken).listen(({ amount }) => void heard.push(amount));
  const broker = memoryBroker();
  const anywise = new Anywise({
    name: 'orders',
    contracts: [payments],
    registries: [new MessageRegistry('orders').register(listener)],
    transport: broker.connect(),
    logger: quiet,
  });
  const failed: string[] = [];
  anywise.observe({ failed: ({ dead, key }) => void failed.push(`${key ?? ''} ${dead ?? 'waits'}`) });
  await anywise.start();
  return {
    anywise,
    heard,
    failed,
    publish: async (...envelopes: readonly Partial<Envelope>[]) =>
      broker
        .connect()
        .publish(
          envelopes.map((one) =>
            testEnvelope({ type: 'payments.payment-taken', time: new Date().toISOString(), ...one }),
          ),
        ),
    [Symbol.asyncDispose]: () => anywise.stop(),
  };
}

const versions = {
  1: { orderId: 'o-1', amount: 12.5 },
  2: { orderId: 'o-1', amount: 1250, currency: 'EUR' },
  3: { orderId: 'o-1', amount: 1250, currency: 'EUR', method: 'card' },
};

describe('an event', () => {
  it.each([1, 2, 3] as const)('in version %i is heard', async (schemaversion) => {
    await using service = await startListener();
    await service.publish({ schemaversion, subject: 'o-1', data: versions[schemaversion] });
    await eventually(() => expect(service.heard).toEqual([1250]));
  });

  it('in a newer version waits, and so do later ones of its entity', async () => {
    await using service = await startListener();
    await service.publish(
      { schemaversion: 4, subject: 'o-1', data: { anything: true } },
      { schemaversion: 3, subject: 'o-1', data: versions[3] },
      { schemaversion: 3, subject: 'o-2', data: { ...versions[3], orderId: 'o-2', amount: 900 } },
    );
    await eventually(() => expect([service.heard, service.failed]).toEqual([[900], ['o-1 waits']]));
    expect(await service.anywise.status()).toMatchObject({ inbox: { waiting: { count: 2 }, dead: { count: 0 } } });
  });

  it.each([
    ['whose step gives data that does not fit', { orderId: 'o-1', amount: -1 }],
    ['whose step throws', null],
  ])('%s becomes a dead letter', async (_kind, data) => {
    await using service = await startListener();
    await service.publish({ schemaversion: 1, subject: 'o-1', data });
    await eventually(() => expect(service.failed).toEqual(['o-1 park']));
  });

  it('with a field that this version does not know is heard without it', async () => {
    await using service = await startListener();
    await service.publish({ schemaversion: 3, subject: 'o-1', data: { ...versions[3], note: 'new' } });
    await eventually(() => expect(service.heard).toEqual([1250]));
  });
});
