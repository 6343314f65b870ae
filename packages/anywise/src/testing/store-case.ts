import type { Store, StoreCapabilities } from '../core/ports/store.js';
import type { ContractCase } from './case.js';

/** A store under test, open and empty. `again` opens the same data a second time, as another process would. */
export interface StoreFixture {
  readonly store: Store;
  readonly again: () => Promise<Store>;
}

/**
 * The capabilities that the store declares, and `concurrentTransactions`: several of its transactions can write at the same
 * time.
 */
export type StoreCapability = keyof StoreCapabilities | 'concurrentTransactions';

/** One promise of a store. */
export type StoreCase = ContractCase<StoreFixture, StoreCapability>;
