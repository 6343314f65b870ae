import type { BrokerKind } from '../brokers/server.js';
import type { StoreKind } from '../databases/databases.js';

/** A replacement in a file. The text to replace must be there exactly once. */
export interface Change {
  /** Under the source folder of `anywise`. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** A mistake that others have made, and that our tests must notice. */
export interface Mutant {
  readonly name: string;
  /** The store or broker that has the mistake; `undefined` for the bus, whatever its store. */
  readonly store?: StoreKind | BrokerKind;
  readonly changes: readonly Change[];
  /** Test files, the most likely ones first. One failing test is enough. */
  readonly tests: readonly string[];
}

/** The source folder of `anywise`, relative to the workspace. */
export const source = 'packages/anywise/src';
