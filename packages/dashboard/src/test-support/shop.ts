import {
  Anywise,
  command,
  contract,
  event,
  MessageRegistry,
  on,
  TerminalError,
  type Store,
  type Transport,
} from 'anywise';
import { z } from 'zod';

const silent = (): undefined => undefined;
export const quiet = { debug: silent, info: silent, warn: silent, error: silent };

const Payment = z.object({
  orderId: z.string().min(1),
  amount: z.int().positive(),
  currency: z.enum(['EUR', 'USD']),
  note: z.string().optional(),
  lines: z.array(z.object({ sku: z.string(), count: z.int() })).optional(),
});

export class PaymentCreated extends event('payments.payment-created', {
  version: 2,
  summary: 'A customer has paid.',
  data: Payment,
  entityId: ({ orderId }) => orderId,
  upcast: { 1: (old: unknown) => ({ ...(Object(old) as object), currency: 'EUR' }) },
}) {}
export class OrderPlaced extends event('orders.order-placed', {
  data: z.object({ orderId: z.string(), total: z.int() }),
  entityId: ({ orderId }) => orderId,
}) {}
export class CancelUnpaidOrder extends command('orders.cancel-unpaid-order', {
  data: z.object({ orderId: z.string() }),
}) {}

export const orders = contract('orders', { OrderPlaced, CancelUnpaidOrder });
export const payments = contract('payments', { PaymentCreated });

/** A service whose listener can be told what to refuse. */
export interface Shop {
  readonly bus: Anywise;
  /** The orders whose payment the listener refuses now. */
  readonly poison: Set<string>;
  /** What it has handled: the order, and the amount. */
  readonly handled: string[];
}

/** `orders` of the example, in small: one listener that can fail, one that blocks, and a delayed command. */
export function openShop(store: Store, transport?: Transport): Shop {
  const poison = new Set<string>();
  const handled: string[] = [];
  const onPaymentCreated = on(PaymentCreated)
    .named('orders/on-payment-created')
    .listen(({ orderId, amount }) => {
      if (poison.has(orderId)) throw new TerminalError(`The ledger answered ${500 + (amount % 7)} for order 4711.`);
      handled.push(`${orderId} ${amount}`);
    });
  const toLedger = on(OrderPlaced)
    .named('orders/to-ledger')
    .onDead('block')
    .listen(({ orderId }) => {
      if (poison.has(`ledger ${orderId}`)) throw new TerminalError('The ledger is closed.');
    });
  const cancel = on(CancelUnpaidOrder).handle(async () => undefined);
  const bus = new Anywise({
    name: 'orders',
    contracts: [orders, payments],
    registries: [new MessageRegistry('orders').register(onPaymentCreated, toLedger, cancel)],
    store,
    logger: quiet,
    ...(transport !== undefined && { transport }),
  });
  return { bus, poison, handled };
}
