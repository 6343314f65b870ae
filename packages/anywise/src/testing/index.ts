/**
 * What tests need: a container of fixed values, a recording bus, scenarios, and the contract suites of stores and transports.
 *
 * @module anywise/testing
 */

export { casesFor, type ContractCase, type Themed } from './case.js';
export { fakeClock, type FakeClock } from './clock.js';
export { testContext } from './context.js';
export {
  decider,
  type DeciderTest,
  type Expectation,
  type Given,
  type WhenArguments,
  type WhenInjected,
  type WhenOptions,
} from './decider.js';
export { testEntry, testEnvelope } from './envelopes.js';
export { eventually } from './eventually.js';
export { fixed } from './fixed.js';
export { projected, type ProjectedRows, type ProjectionTest } from './projected.js';
export { recordingBus, type RecordedCommand, type RecordingBus } from './recording-bus.js';
export { scenario, type Outcome, type Scenario } from './scenario.js';
export { story, type SagaExpectation, type Story } from './story.js';
export { inTempFolder } from './temp-folder.js';
export type { StoreCapability, StoreCase, StoreFixture } from './store-case.js';
export { storeContract } from './store-contract.js';
export type {
  FixtureAbility,
  StrangeMessage,
  TransportCapability,
  TransportCase,
  TransportFixture,
} from './transport-case.js';
export { transportContract } from './transport-contract.js';
