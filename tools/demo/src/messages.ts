import { command, contract, event } from 'anywise';
import { z } from 'zod';

const Amount = z.object({ orderId: z.string(), amount: z.int() });

export class OrderPlaced extends event('orders.order-placed', {
  summary: 'A customer has ordered something.',
  data: Amount.extend({
    customer: z.string(),
    items: z.array(z.object({ sku: z.string(), count: z.int().positive() })),
  }),
  entityId: ({ orderId }) => orderId,
}) {}

export class CancelUnpaidOrder extends command('orders.cancel-unpaid-order', {
  summary: 'Cancels an order that was not paid for in time.',
  data: z.object({ orderId: z.string() }),
}) {}

export class PaymentTaken extends event('payments.payment-taken', {
  summary: 'The money for an order is there.',
  data: Amount.extend({ card: z.string() }),
  entityId: ({ orderId }) => orderId,
}) {}

export class ParcelSent extends event('shipping.parcel-sent', {
  summary: 'A parcel is on its way.',
  data: z.object({ orderId: z.string(), carrier: z.string() }),
  entityId: ({ orderId }) => orderId,
}) {}

export const orders = contract('orders', { OrderPlaced, CancelUnpaidOrder });
export const payments = contract('payments', { PaymentTaken });
export const shipping = contract('shipping', { ParcelSent });
export const contracts = [orders, payments, shipping];
