import type { BusDescription } from '../core/bus/inspect.js';
import type { Contract } from '../core/message/contract.js';
import type { MadeMessage } from './made.js';
import type { DocumentedRoute } from './openapi.js';

/** A service, as its code describes it. */
export interface ServiceFacts {
  /** What `anywise.describe()` returns. */
  readonly description: BusDescription;
  readonly contracts: readonly Contract[];
  /** @defaultValue none */
  readonly routes?: readonly DocumentedRoute[];
  /** What its handlers and listeners publish, enqueue and send: no wiring knows that. @defaultValue none */
  readonly made?: readonly MadeMessage[];
}
