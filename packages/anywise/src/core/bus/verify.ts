import type { ContextKeyInfo } from '../message/context.js';
import type { Contract } from '../message/contract.js';
import type { ContainerAdapter, ServiceId } from '../ports/container.js';
import type { Wiring } from '../registry/wiring.js';
import { contextProblems } from './verify-context.js';
import { dependencyProblems } from './verify-dependencies.js';
import { entityProblems } from './verify-entities.js';
import { handlerProblems } from './verify-handlers.js';
import { listenerProblems } from './verify-listeners.js';
import { sagaProblems } from './verify-sagas.js';
import { messageProblems } from './verify-messages.js';
import { projectionProblems } from './verify-projections.js';

export interface VerifyOptions {
  /** The service's name. */
  readonly name: string;
  readonly wiring: Wiring;
  readonly contracts: readonly Contract[];
  /** The context keys that are read from messages. */
  readonly context: readonly ContextKeyInfo[];
  readonly container: ContainerAdapter | undefined;
  /** Whether listeners go through an inbox, which needs their names. */
  readonly durable: boolean;
  /** Whether the store has a log for the events of entities. */
  readonly keepsEvents: boolean;
  /** Whether the store keeps read models. */
  readonly projects: boolean;
  /** Whether the store keeps sagas. */
  readonly keepsSagas: boolean;
  /** The services that the bus itself provides. */
  readonly provided: ReadonlySet<ServiceId>;
}

/** Everything that is wrong with the wiring of a bus, one text per problem. */
export function verify(options: VerifyOptions): readonly string[] {
  return [
    ...handlerProblems(options),
    ...messageProblems(options),
    ...listenerProblems(options),
    ...entityProblems(options),
    ...projectionProblems(options),
    ...sagaProblems(options),
    ...contextProblems(options),
    ...dependencyProblems(options),
  ];
}
