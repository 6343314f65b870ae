import type { Anywise } from './anywise.js';
import type { ContextEntry } from '../message/context.js';
import type { ServiceId } from '../ports/container.js';

/**
 * What code outside of handlers works with in one transaction: a bus whose messages commit with it, and the services of its
 * scope, the store's handle among them.
 */
export interface Transaction extends Pick<
  Anywise,
  'send' | 'trySend' | 'publish' | 'enqueue' | 'cancel' | 'collect' | 'transaction'
> {
  /** Gets what a handler would be injected with: `await tx.get(SqlTransaction)`. */
  get<T>(id: ServiceId<T>): Promise<T>;
}

/** What `transaction` takes besides the work. */
export interface TransactionOptions {
  /** Values for the context of what is sent and published in it. */
  readonly context?: readonly ContextEntry[];
}
