/** One promise of a port, as data, so that any test runner can check it. */
export interface ContractCase<Fixture, Capability extends string = never> {
  /** Stable: documentation refers to it. */
  readonly id: string;
  /** What is promised, in the present tense. */
  readonly behaviour: string;
  /** Capabilities without which the promise is not made. */
  readonly needs?: readonly Capability[];
  /** Rejects where the promise is broken. */
  readonly run: (fixture: Fixture) => Promise<void>;
}
