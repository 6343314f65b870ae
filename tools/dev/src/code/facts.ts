import type { MadeMessage, ServiceFacts } from 'anywise/docs';
import type { ServiceCode } from './workspace.js';

/** What the documents of `anywise/docs` need of a service. */
export function factsOf({ description, definition, uses }: ServiceCode): ServiceFacts {
  const made = uses.flatMap(({ type, deed, place }): MadeMessage[] =>
    deed === 'publishes' || deed === 'enqueues' || deed === 'sends' ? [{ type, deed, place }] : [],
  );
  return { description, contracts: definition.contracts, routes: definition.routes, made };
}
