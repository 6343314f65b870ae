import type { RejectionReason } from '@anywise/contracts/orders';
import type { PaymentCreated } from '@anywise/contracts/payments';
import type { OwnedOrder } from '../order.js';

/** What a payment does to its order. */
export type Decision =
  | { readonly outcome: 'start' }
  /** The same payment already started it. */
  | { readonly outcome: 'nothing' }
  | { readonly outcome: 'reject'; readonly reason: RejectionReason };

type PaymentFacts = Pick<PaymentCreated, 'paymentId' | 'amount' | 'currency' | 'payerId'>;

/** Decides what a payment does to the order it names, which may not exist. */
export function decide(order: OwnedOrder | undefined, payment: PaymentFacts): Decision {
  if (order === undefined) return { outcome: 'reject', reason: 'unknown-order' };
  if (order.paymentId === payment.paymentId) return { outcome: 'nothing' };
  // First of all: only its owner may learn the state of an order.
  if (isAnothers(order, payment)) return { outcome: 'reject', reason: 'not-your-order' };
  if (order.status === 'cancelled') return { outcome: 'reject', reason: 'order-cancelled' };
  if (order.status === 'started') return { outcome: 'reject', reason: 'already-paid' };
  if (order.currency !== payment.currency) return { outcome: 'reject', reason: 'wrong-currency' };
  if (order.amount !== payment.amount) return { outcome: 'reject', reason: 'wrong-amount' };
  return { outcome: 'start' };
}

/** Old orders and payments have no known user, and match any. */
function isAnothers({ ownerId }: OwnedOrder, { payerId }: PaymentFacts): boolean {
  return ownerId !== undefined && payerId !== undefined && ownerId !== payerId;
}
