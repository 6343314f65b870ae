import { Command, contract, command, event, query } from 'anywise';
import { z } from 'zod';
import { Amount, Currency } from './money.js';
import { Page, pageOf } from './paging.js';
import { Payment } from './payments.js';

export const Order = z.object({
  orderId: z.string(),
  customerId: z.string(),
  amount: Amount,
  currency: Currency,
  /** `started` once it is paid, `cancelled` if it was not paid in time. */
  status: z.enum(['placed', 'started', 'cancelled']),
  /** The payment that started it, or `null`. */
  paymentId: z.string().nullable(),
  placedAt: z.string(),
});
export type Order = z.infer<typeof Order>;

/** The base of all commands of orders. */
export abstract class OrderCommand extends Command {}

export class PlaceOrder extends command('orders.place-order', {
  base: OrderCommand,
  summary: 'Places an order, which starts when it is paid.',
  data: z.object({ customerId: z.string().min(1).max(100), amount: Amount, currency: Currency }),
  reply: Order,
}) {}

export class CancelUnpaidOrder extends command('orders.cancel-unpaid-order', {
  base: OrderCommand,
  summary: 'Cancels an order that has not been paid by now.',
  data: z.object({ orderId: z.string() }),
}) {}

export class GetOrder extends query('orders.get-order', {
  summary: 'One order, or null.',
  data: z.object({ orderId: z.string() }),
  reply: Order.nullable(),
}) {}

export class GetOrderPayment extends query('orders.get-order-payment', {
  summary: 'The payment of an order, or null.',
  data: z.object({ orderId: z.string() }),
  reply: Payment.nullable(),
}) {}

export class ListOrders extends query('orders.list-orders', {
  summary: 'Orders, the newest first.',
  data: Page,
  reply: pageOf(Order),
}) {}

export class OrderPlaced extends event('orders.order-placed', {
  summary: 'An order was placed and waits for its payment.',
  entityId: ({ orderId }) => orderId,
  data: z.object({ orderId: z.string(), customerId: z.string(), amount: Amount, currency: Currency }),
}) {}

export class OrderStarted extends event('orders.order-started', {
  summary: 'An order was paid and is on its way.',
  entityId: ({ orderId }) => orderId,
  data: z.object({ orderId: z.string(), paymentId: z.string() }),
}) {}

export class OrderCancelled extends event('orders.order-cancelled', {
  summary: 'An order was not paid in time, and can no longer be paid.',
  entityId: ({ orderId }) => orderId,
  data: z.object({ orderId: z.string() }),
}) {}

export const RejectionReason = z.enum([
  'unknown-order',
  'not-your-order',
  'wrong-amount',
  'wrong-currency',
  'already-paid',
  'order-cancelled',
]);
export type RejectionReason = z.infer<typeof RejectionReason>;

export class PaymentRejected extends event('orders.payment-rejected', {
  summary: 'A payment matches no order, so no order was started.',
  entityId: ({ paymentId }) => paymentId,
  data: z.object({ paymentId: z.string(), orderId: z.string(), reason: RejectionReason }),
}) {}

export const orders = contract('orders', {
  PlaceOrder,
  CancelUnpaidOrder,
  GetOrder,
  GetOrderPayment,
  ListOrders,
  OrderPlaced,
  OrderStarted,
  OrderCancelled,
  PaymentRejected,
});
