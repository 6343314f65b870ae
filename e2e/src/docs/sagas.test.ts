import { expect, it } from '@jest/globals';
import {
  Anywise,
  MessageRegistry,
  memoryStore,
  on,
  type Command,
  type CommandType,
  type Contract,
  type Registrable,
  type Token,
} from 'anywise';
import { eventually, fixed } from 'anywise/testing';
import { importPage } from './import-page.js';

type AnyClass = new (data: object) => never;
const page = (await importPage('docs/how-to/sagas.md')) as {
  readonly orders: Contract;
  readonly fulfilment: Registrable;
  readonly PayWithinMs: Token<number>;
  readonly testFulfilment: () => void;
  readonly OrderPlaced: AnyClass;
  readonly PaymentCaptured: AnyClass;
} & Readonly<Record<'StartOrder' | 'CancelOrder' | 'RefundPayment', CommandType<Command>>>;

it('the story on the page is true', () => {
  page.testFulfilment();
});

it('the saga on the page cancels an unpaid order, and pays back what comes too late', async () => {
  const said: string[] = [];
  const store = memoryStore();
  const commands = [page.StartOrder, page.CancelOrder, page.RefundPayment];
  const handlers = commands.map((type) => on(type).handle(async () => void said.push(type.type)));
  const anywise = new Anywise({
    name: 'orders',
    contracts: [page.orders],
    registries: [new MessageRegistry('orders').register(page.fulfilment, ...handlers)],
    container: fixed([page.PayWithinMs, 5]),
    store,
  });
  await anywise.start();
  try {
    await anywise.publish(new page.OrderPlaced({ orderId: 'o-1' }));
    await eventually(() => expect(said).toEqual(['orders.cancel-order']));
    await anywise.publish(new page.PaymentCaptured({ paymentId: 'p-1', orderId: 'o-1' }));
    await eventually(() => expect(said).toEqual(['orders.cancel-order', 'orders.refund-payment']));
    expect((await store.sagas?.find('orders.fulfilment', 'o-1'))?.row.status).toBe('ended');
  } finally {
    await anywise.stop();
  }
});
