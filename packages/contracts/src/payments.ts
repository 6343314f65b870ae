import { Command, contract, command, event, query } from 'anywise';
import { z } from 'zod';
import { Amount, Currency } from './money.js';
import { Page, pageOf } from './paging.js';

export const Payment = z.object({
  paymentId: z.string(),
  orderId: z.string(),
  amount: Amount,
  currency: Currency,
  /** `rejected` once orders could not use it. */
  status: z.enum(['captured', 'rejected']),
  /** Why it was rejected, or `null`. */
  rejection: z.string().nullable(),
  createdAt: z.string(),
});
export type Payment = z.infer<typeof Payment>;

/** The base of all commands of payments. */
export abstract class PaymentCommand extends Command {}

export class CreatePayment extends command('payments.create-payment', {
  base: PaymentCommand,
  summary: 'Takes the payment of an order.',
  data: z.object({ orderId: z.string().min(1).max(100), amount: Amount, currency: Currency }),
  reply: Payment,
}) {}

export class GetPayment extends query('payments.get-payment', {
  summary: 'One payment, or null.',
  data: z.object({ paymentId: z.string() }),
  reply: Payment.nullable(),
}) {}

export class GetPaymentOfOrder extends query('payments.get-payment-of-order', {
  summary: 'The payment that a user made for an order, or null. For other services, which decide who may see it.',
  data: z.object({
    orderId: z.string(),
    /** `null` for payments from before payers were kept. */
    payerId: z.string().nullable(),
  }),
  reply: Payment.nullable(),
}) {}

export class ListPayments extends query('payments.list-payments', {
  summary: 'Payments, the newest first.',
  data: Page,
  reply: pageOf(Payment),
}) {}

export class PaymentCreated extends event('payments.payment-created', {
  summary: 'A payment was taken.',
  entityId: ({ orderId }) => orderId,
  data: z.object({
    paymentId: z.string(),
    orderId: z.string(),
    amount: Amount,
    currency: Currency,
    /** The user who paid. Older events have none. */
    payerId: z.string().optional(),
  }),
}) {}

export const payments = contract('payments', {
  CreatePayment,
  GetPayment,
  GetPaymentOfOrder,
  ListPayments,
  PaymentCreated,
});
