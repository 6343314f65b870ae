import type { BrokerKind } from '../brokers/server.js';
import type { StoreKind } from '../databases/databases.js';

/** A text of a file that is replaced. It has to be there exactly once. */
export interface Change {
  /** Under the source folder of `anywise`. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** A mistake that others have made, and which our tests have to notice. */
export interface Mutant {
  readonly name: string;
  /** The store or the broker it is a mistake of; without one, of the bus with any. */
  readonly store?: StoreKind | BrokerKind;
  readonly changes: readonly Change[];
  /** Test files, the likeliest first. One failing test in one of them is enough. */
  readonly tests: readonly string[];
}

/** The source folder of `anywise`, seen from the workspace. */
export const source = 'packages/anywise/src';
