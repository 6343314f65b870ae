export { casesFor, type ContractCase, type Themed } from './case.js';
export { fakeClock, type FakeClock } from './clock.js';
export { testContext } from './context.js';
export { testEntry, testEnvelope } from './envelopes.js';
export { eventually } from './eventually.js';
export { fixed } from './fixed.js';
export { recordingBus, type RecordedCommand, type RecordingBus } from './recording-bus.js';
export { scenario, type Outcome, type Scenario } from './scenario.js';
export { inTempFolder } from './temp-folder.js';
export { storeContract, type StoreCapability, type StoreCase, type StoreFixture } from './store-contract.js';
export {
  transportContract,
  type TransportCapability,
  type TransportCase,
  type TransportFixture,
} from './transport-contract.js';
