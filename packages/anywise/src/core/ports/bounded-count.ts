/** How many there are, as far as they were counted: counting a million rows would hold up what they wait for. */
export interface BoundedCount {
  readonly count: number;
  /** There are more than `count`. */
  readonly isMore: boolean;
}

/** How far a store counts unless it is told. */
export const defaultCountLimit = 1_000;
