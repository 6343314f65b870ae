import type { BrokerKind } from '../brokers/server.js';
import type { StoreKind } from '../databases/databases.js';

/** A replacement in a file. The text to replace must be there exactly once. */
export interface Change {
  /** Under the source folder of `anywise`. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** Tests that must notice a mistake. */
export interface TestChoice {
  /** Relative to the workspace, `<package>/src/<path>`. */
  readonly file: string;
  /** A part of their titles. @defaultValue all tests of the file */
  readonly title?: string;
}

/** A mistake that others have made, and that our tests must notice. */
export interface Mutant {
  readonly name: string;
  /** The store or broker that has the mistake; `undefined` for the bus, whatever its store. */
  readonly store?: StoreKind | BrokerKind;
  readonly changes: readonly Change[];
  /** As few as notice it, the most likely ones first. One failing test is enough. */
  readonly tests: readonly TestChoice[];
}

/** The source folder of `anywise`, relative to the workspace. */
export const source = 'packages/anywise/src';
