export { factsOf } from './facts.js';
export type { Deed, Use } from './uses.js';
export { readWorkspace, type PlacedUse, type ServiceCode, type WorkspaceCode } from './workspace.js';
