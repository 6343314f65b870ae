import type { Store, StoreCapabilities } from '../core/ports/store.js';
import type { ContractCase } from './case.js';

/** A store under test, open and empty. */
export interface StoreFixture {
  readonly store: Store;
  /** Opens the same data a second time, as another process would. */
  readonly again: () => Promise<Store>;
  /**
   * Puts a text in place of the envelope that is stored under an id, as a hand or a broken disk would; `null` where the
   * database can have none there. Wanted by the cases that need `canBeDamaged`.
   */
  readonly damage?: (part: 'outbox' | 'inbox', id: string, text: string | null) => Promise<void>;
}

/**
 * What the store says of itself; `concurrentTransactions`: several of its transactions can write at the same time;
 * `canBeDamaged`: its data can be changed from outside; `observable`: it has `view`, `actions` and `processes`;
 * `keepsEvents`: it has a `log`; `projects`: it has `projections`, too; `hasTables`: handlers run statements by `SqlTransaction`;
 * `keepsSagas`: it has `sagas`.
 */
export type StoreCapability =
  | keyof StoreCapabilities
  | 'concurrentTransactions'
  | 'canBeDamaged'
  | 'observable'
  | 'keepsEvents'
  | 'projects'
  | 'hasTables'
  | 'keepsSagas';

/** One promise of a store. */
export type StoreCase = ContractCase<StoreFixture, StoreCapability>;
