import {
  Anywise,
  memoryBroker,
  memoryStore,
  MessageRegistry,
  on,
  TerminalError,
  type Registrable,
  type Store,
} from 'anywise';
import type { MadeMessage, ServiceFacts } from 'anywise/docs';
import { CancelUnpaidOrder, contracts, OrderPlaced, ParcelSent, PaymentTaken } from './messages.js';

/** A service of the shop, its store, and what it does with messages. */
export interface ShopService {
  readonly name: string;
  readonly store: Store;
  readonly bus: Anywise;
  readonly facts: ServiceFacts;
}

/** What goes wrong in the shop. */
export interface Trouble {
  /** The carrier does not answer: parcels are retried until it is back. */
  isCarrierDown: boolean;
  /** Orders whose payment the ledger refuses for good. */
  readonly refused: Set<string>;
}

/** The shop: three services, each with a store of its own, over one broker, all in the memory of this process. */
export interface Shop {
  readonly services: readonly ShopService[];
  readonly trouble: Trouble;
  /** Places an order. */
  order(number: number): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const customers = ['ada', 'grace', 'edsger', 'barbara', 'donald', 'margaret'];
const skus = ['tea-green', 'tea-black', 'cup-blue', 'kettle', 'honey'];
/** How long a customer has to pay, and how long a parcel may be retried. */
const unpaidMs = 15 * 60_000;

export function openShop(random: () => number = Math.random): Shop {
  const broker = memoryBroker();
  const trouble: Trouble = { isCarrierDown: false, refused: new Set() };
  const service = (name: string, items: readonly Registrable[], made: readonly MadeMessage[]): ShopService => {
    const store = memoryStore();
    const registries = [new MessageRegistry(name).register(...items)];
    const bus = new Anywise({ name, contracts, registries, store, transport: broker.connect(), logger: quiet });
    return { name, store, bus, facts: { description: bus.describe(), contracts, made } };
  };
  const pick = <T>(list: readonly [T, ...T[]]): T => list[Math.floor(random() * list.length)] ?? list[0];

  const takePayment = on(OrderPlaced)
    .named('payments/take-payment')
    .inject({ anywise: Anywise })
    .listen(async ({ orderId, amount }, _context, { anywise }) => {
      await anywise.publish(
        new PaymentTaken({ orderId, amount, card: `•••• ${1_000 + Math.floor(random() * 9_000)}` }),
      );
    });
  const book = on(PaymentTaken)
    .named('orders/book-payment')
    .listen(({ orderId, amount }) => {
      if (trouble.refused.has(orderId)) {
        throw new TerminalError(`The ledger refused ${amount} cents of order ${orderId}: the account is closed.`);
      }
    });
  const cancel = on(CancelUnpaidOrder).handle(async () => undefined);
  const send = on(PaymentTaken)
    .named('shipping/send-parcel')
    .retry({ attempts: 12, immediate: 0, firstDelayMs: 1_500, factor: 1.5 })
    .inject({ anywise: Anywise })
    .listen(async ({ orderId }, _context, { anywise }) => {
      if (trouble.isCarrierDown) throw new Error('The carrier does not answer (connect ECONNREFUSED carrier:443).');
      await anywise.publish(new ParcelSent({ orderId, carrier: pick(['Posti', 'DHL', 'UPS']) }));
    });
  const notify = on(ParcelSent)
    .named('orders/notify-customer')
    .listen(() => undefined);

  const place = 'tools/demo/src/shop.ts';
  const orders = service(
    'orders',
    [book, cancel, notify],
    [
      { type: OrderPlaced.type, deed: 'publishes', place },
      { type: CancelUnpaidOrder.type, deed: 'enqueues', place },
    ],
  );
  const payments = service('payments', [takePayment], [{ type: PaymentTaken.type, deed: 'publishes', place }]);
  const shipping = service('shipping', [send], [{ type: ParcelSent.type, deed: 'publishes', place }]);
  const services = [orders, payments, shipping];
  return {
    services,
    trouble,
    async order(number) {
      const orderId = `o-${number}`;
      const items = [{ sku: pick(['tea-green', ...skus]), count: 1 + Math.floor(random() * 3) }];
      const order = {
        orderId,
        amount: 500 + Math.floor(random() * 9_500),
        customer: pick(['ada', ...customers]),
        items,
      };
      await orders.bus.transaction(async (tx) => {
        await tx.publish(new OrderPlaced(order));
        await tx.enqueue(new CancelUnpaidOrder({ orderId }), { delayMs: unpaidMs, key: orderId });
      });
    },
    async start() {
      for (const { bus } of services) await bus.start();
    },
    async stop() {
      await Promise.all(services.map(({ bus }) => bus.stop({ timeoutMs: 2_000 })));
    },
  };
}
