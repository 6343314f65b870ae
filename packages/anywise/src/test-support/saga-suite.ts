import { expect, it } from '@jest/globals';
import { z } from 'zod';
import { Anywise } from '../core/bus/anywise.js';
import type { AnywiseOptions } from '../core/bus/options.js';
import { query } from '../core/message/declare.js';
import type { SagaDetail } from '../core/ports/sagas.js';
import type { Store } from '../core/ports/store.js';
import { on } from '../core/registry/on.js';
import type { Registrable } from '../core/registry/registry.js';
import { saga } from '../core/sagas/saga.js';
import { memoryBroker } from '../memory/transport.js';
import { eventually } from '../testing/eventually.js';
import { fixed } from '../testing/fixed.js';
import { upTo } from '../testing/store-cases/steps.js';
import {
  CancelOrder,
  Fulfilment,
  OrderPlaced,
  OrderShipped,
  OrderUnpaid,
  PayWithinMs,
  PaymentCaptured,
  RefundPayment,
  StartOrder,
  fulfilment,
  fulfilmentContract,
} from './fulfilment.js';
import { silent, startBus } from './start-bus.js';

class Ask extends query('test.ask', { reply: z.string() }) {}

const hourMs = 3_600_000;
const placed = (orderId: string): OrderPlaced => new OrderPlaced({ orderId });
const paid = (orderId: string, paymentId = `p-${orderId}`): PaymentCaptured =>
  new PaymentCaptured({ orderId, paymentId });

interface World extends AsyncDisposable {
  readonly bus: Anywise;
  readonly store: Store;
  /** What was handled: the commands and events that the saga has caused. */
  readonly said: string[];
  readonly find: (key: string) => Promise<SagaDetail | undefined>;
}

interface WorldOptions extends Partial<AnywiseOptions> {
  readonly payWithinMs?: number;
  readonly process?: Registrable;
  readonly said?: string[];
}

async function world(
  store: Store,
  { payWithinMs = hourMs, process = fulfilment, said = [], ...options }: WorldOptions = {},
): Promise<World> {
  const items = [
    process,
    on(StartOrder).handle(async ({ orderId }) => void said.push(`start ${orderId}`)),
    on(CancelOrder).handle(async ({ orderId }) => void said.push(`cancel ${orderId}`)),
    on(RefundPayment).handle(async ({ paymentId }) => void said.push(`refund ${paymentId}`)),
    on(OrderUnpaid)
      .named('test/unpaid')
      .listen(({ orderId }) => void said.push(`unpaid ${orderId}`)),
  ];
  const container = fixed([PayWithinMs, payWithinMs]);
  const bus = await startBus({ contracts: [fulfilmentContract], store, items, container, ...options });
  const find = (key: string): Promise<SagaDetail | undefined> =>
    Promise.resolve(store.sagas?.find('test.fulfilment', key));
  return { bus, store, said, find, [Symbol.asyncDispose]: () => bus.stop() };
}

/** How sagas behave over a store. `open` opens the same data again and again. */
export function describeSagas(withStore: (work: (open: () => Store) => Promise<void>) => Promise<void>): void {
  it('goes from its beginning to its end, and keeps every step and what it caused', () =>
    withStore(async (open) => {
      await using test = await world(open());
      await test.bus.publish(placed('o'));
      await eventually(async () => expect((await test.find('o'))?.row.status).toBe('running'));
      expect(await test.store.scheduled.list(10)).toHaveLength(1);
      await test.bus.publish(paid('o'));
      await eventually(() => expect(test.said).toEqual(['start o']));
      const shipping = await test.find('o');
      expect(JSON.parse(String(shipping?.row.state))).toEqual({ step: 'shipping', orderId: 'o', paymentId: 'p-o' });
      expect(Object.keys(shipping?.row.timeouts ?? {})).toEqual(['unshipped']);
      await test.bus.publish(new OrderShipped({ orderId: 'o' }));
      await eventually(async () => expect((await test.find('o'))?.row.status).toBe('ended'));
      expect(await test.store.scheduled.list(10)).toEqual([]);
      expect((await test.find('o'))?.steps.map(({ type, outcome, caused }) => [type, outcome, caused])).toEqual([
        ['test.order-placed', 'started', ['unpaid']],
        ['test.payment-captured', 'stepped', ['test.start-order', 'unshipped']],
        ['test.order-shipped', 'stepped', []],
      ]);
    }));

  it('is told by the clock, and answers what comes after its end', () =>
    withStore(async (open) => {
      await using test = await world(open(), { payWithinMs: 5 });
      await test.bus.publish(placed('o'));
      await eventually(() => expect([...test.said].sort()).toEqual(['cancel o', 'unpaid o']));
      await test.bus.publish(paid('o'));
      await eventually(() => expect(test.said).toContain('refund p-o'));
      await test.bus.publish(new OrderShipped({ orderId: 'o' }));
      await eventually(async () =>
        expect((await test.find('o'))?.steps.map(({ type, outcome }) => [type, outcome])).toEqual([
          ['test.order-placed', 'started'],
          ['unpaid', 'stepped'],
          ['test.payment-captured', 'late'],
          ['test.order-shipped', 'late'],
        ]),
      );
      expect((await test.find('o'))?.row.status).toBe('ended');
    }));

  it('keeps messages that come before its beginning, and takes them with it in their order', () =>
    withStore(async (open) => {
      await using test = await world(open());
      for (const payment of ['p1', 'p2', 'p3']) {
        await test.bus.publish(paid('o', payment));
        await eventually(async () => expect((await test.find('o'))?.steps.at(-1)?.json).toContain(payment));
      }
      expect((await test.find('o'))?.row.status).toBe('early');
      await test.bus.publish(placed('o'));
      await eventually(() => expect([...test.said].sort()).toEqual(['refund p2', 'refund p3', 'start o']));
      expect((await test.find('o'))?.steps.map(({ outcome }) => outcome)).toEqual([
        ...['early', 'early', 'early', 'started', 'stepped', 'stepped', 'stepped'],
      ]);
    }));

  it('takes one message at a time, whatever the entities of the events, and whichever process has them', () =>
    withStore(async (open) => {
      const failures: unknown[] = [];
      await using first = await world(open(), { concurrency: 8 });
      await using second = await world(open(), { concurrency: 8, said: first.said });
      for (const { bus } of [first, second]) bus.observe({ failed: ({ error }) => void failures.push(error) });
      for (const order of ['a', 'b']) await first.bus.publish(placed(order));
      const payments = upTo(20).flatMap((n) => [paid('a', `a${n}`), paid('b', `b${n}`)]);
      await Promise.all(payments.map((payment, n) => (n % 3 === 0 ? first : second).bus.publish(payment)));
      await eventually(() => expect(first.said).toHaveLength(40));
      expect(first.said.filter((text) => text.startsWith('start')).sort()).toEqual(['start a', 'start b']);
      for (const order of ['a', 'b']) expect((await first.find(order))?.row.revision).toBe(21);
      expect(failures).toEqual([]);
    }));

  it('lets an event or a timeout win, and never both', () =>
    withStore(async (open) => {
      await using test = await world(open(), { payWithinMs: 20, concurrency: 8 });
      const orders = upTo(12).map((n) => `o${n}`);
      for (const order of orders) await test.bus.publish(placed(order));
      await Promise.all(orders.map((order) => test.bus.publish(paid(order))));
      const endOf = (order: string): string[] => test.said.filter((text) => text.split(/[ -]/).at(-1) === order).sort();
      await eventually(() => {
        for (const order of orders) {
          const isPaid = endOf(order).includes(`start ${order}`);
          expect(endOf(order)).toEqual(
            isPaid ? [`start ${order}`] : [`cancel ${order}`, `refund p-${order}`, `unpaid ${order}`],
          );
        }
      });
    }));

  it('undoes everything of a step that fails, and takes the message again', () =>
    withStore(async (open) => {
      let attempts = 0;
      const failing = saga('test.fulfilment', { state: Fulfilment, timeouts: ['unpaid'] })
        .retry({ rules: [{ when: () => true, attempts: 2, immediate: 1 }] })
        .starts(OrderPlaced, ({ orderId }, saga) => {
          const step = saga
            .to({ step: 'placed', orderId })
            .after('unpaid', hourMs)
            .enqueue(new CancelOrder({ orderId }));
          // A query cannot be enqueued, which shows only once the command before it is.
          return ++attempts === 1 ? step.enqueue(new Ask() as never) : step;
        })
        .onTimeout('unpaid', (_state, saga) => saga.stay());
      await using test = await world(open(), { process: failing });
      await test.bus.publish(placed('o'));
      await eventually(() => expect(test.said).toEqual(['cancel o']));
      expect(attempts).toBe(2);
      expect((await test.find('o'))?.row.revision).toBe(1);
      expect(await test.store.scheduled.list(10)).toHaveLength(1);
    }));

  it('ignores a timeout that was cancelled when it was on its way already', () =>
    withStore(async (open) => {
      const store = open();
      await using test = await world(store);
      await test.bus.publish(placed('o'));
      await eventually(async () => expect((await test.find('o'))?.row.status).toBe('running'));
      const [timeout] = await store.scheduled.list(10);
      const envelope = { ...timeout?.envelope, id: 'other' };
      const entry = { listener: 'test.fulfilment', source: '/test', id: 'other', type: 'test.fulfilment', key: 'o' };
      await store.inbox.add([{ ...entry, json: JSON.stringify(envelope) }]);
      await eventually(async () => expect((await test.find('o'))?.steps.at(-1)?.outcome).toBe('stale'));
      expect(test.said).toEqual([]);
      expect((await test.find('o'))?.row.status).toBe('running');
    }));

  it('gives up a message whose saga cannot be told, and lets others go on', () =>
    withStore(async (open) => {
      const keyless = saga('test.fulfilment', { state: Fulfilment }).starts(
        OrderPlaced,
        { key: ({ orderId }) => (orderId === 'bad' ? '' : orderId) },
        ({ orderId }, saga) => saga.to({ step: 'placed', orderId }),
      );
      await using test = await world(open(), { process: keyless });
      await test.bus.publish(placed('bad'));
      await test.bus.publish(placed('good'));
      await eventually(async () => expect((await test.find('good'))?.row.status).toBe('running'));
      await eventually(async () => {
        const [letter] = await test.bus.deadLetters.list({}, { limit: 10 });
        expect(letter?.error).toMatch(/Which `test\.fulfilment` it is for cannot be told/);
      });
    }));

  it('waits where only a newer version of the service can read its state', () =>
    withStore(async (open) => {
      const store = open();
      await using test = await world(store);
      await test.bus.publish(placed('o'));
      await eventually(async () => expect((await test.find('o'))?.row.status).toBe('running'));
      const { row } = (await test.find('o')) ?? {};
      const newer = store.begin({ readOnly: false });
      const step = { messageId: 'm', type: 'x', outcome: 'stepped', state: '{}', caused: [] } as const;
      if (row !== undefined) await newer.sagas?.save({ ...row, shape: 2, revision: 2 }, step);
      await newer.commit();
      const retried: unknown[] = [];
      test.bus.observe({ failed: (failure) => void retried.push(failure) });
      await test.bus.publish(paid('o'));
      await eventually(() => expect(retried).toHaveLength(1));
      expect(await test.bus.deadLetters.list({}, { limit: 10 })).toEqual([]);
      expect((await test.find('o'))?.row.revision).toBe(2);
    }));

  it('tells of sagas that were renamed, and keeps their timeouts for a version that has them', () =>
    withStore(async (open) => {
      const transport = memoryBroker().connect();
      {
        await using old = await world(open());
        await old.bus.publish(placed('o'));
        await eventually(async () => expect((await old.find('o'))?.row.status).toBe('running'));
      }
      const renamed = saga('test.renamed', { state: Fulfilment }).starts(OrderPlaced, ({ orderId }, saga) =>
        saga.to({ step: 'placed', orderId }),
      );
      const store = open();
      const warnings: string[] = [];
      const logger = { ...silent, warn: (_details: unknown, text?: string) => void warnings.push(String(text)) };
      {
        await using test = await world(store, { process: renamed, transport, logger });
        expect(warnings).toContainEqual(expect.stringMatching(/1 sagas `test\.fulfilment` are running/));
        const [timeout] = await store.scheduled.list(10);
        expect(await store.scheduled.runNow(String(timeout?.id))).toBe(true);
        await eventually(async () =>
          expect((await store.inbox.status()).listeners.map(({ listener }) => listener)).toContain('test/unknown'),
        );
        expect(test.said).toEqual([]);
      }
    }));
}
