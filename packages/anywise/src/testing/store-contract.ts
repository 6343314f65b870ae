import type { Store } from '../store.js';
import type { ContractCase } from './case.js';
import { inboxCases } from './store-cases/inbox.js';
import { outboxCases } from './store-cases/outbox.js';
import { replyCases } from './store-cases/replies.js';
import { sharedCases } from './store-cases/shared.js';

/** A store under test, open. `again` opens the same data a second time, as another process would. */
export interface StoreFixture {
  readonly store: Store;
  readonly again: () => Promise<Store>;
}

/** `shared`: several processes can open the same data. */
export type StoreCapability = 'shared';

/** One promise of a store. */
export type StoreCase = ContractCase<StoreFixture, StoreCapability>;

/** Every promise of a store. */
export const storeContract: readonly StoreCase[] = [...outboxCases, ...inboxCases, ...replyCases, ...sharedCases];
