export type { ContractCase } from './case.js';
export { testEntry, testEnvelope } from './envelopes.js';
export { eventually } from './eventually.js';
export { fixed } from './fixed.js';
export { inTempFolder } from './temp-folder.js';
export { storeContract, type StoreCapability, type StoreFixture } from './store-contract.js';
export { transportContract, type TransportFixture } from './transport-contract.js';
