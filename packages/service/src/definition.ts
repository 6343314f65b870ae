import type { Contract, Logger, MessageRegistry, Migration } from 'anywise';
import { token } from 'anywise';
import type { Route } from 'anywise/express';
import type { InversifyAdapter } from 'anywise/inversify';
import type { Container } from 'inversify';

/** The service's logger, for handlers and listeners to ask for. */
export const Log = token<Logger>('Log');

/** What one service is made of: all that `run` needs to start it. */
export interface ServiceDefinition {
  /** The service's package.json: `new URL('../package.json', import.meta.url)`. */
  readonly manifest: URL;
  /** The contracts of every slice whose messages it sends, publishes or hears. */
  readonly contracts: readonly Contract[];
  readonly registry: MessageRegistry;
  readonly routes: readonly Route[];
  /** The tables, oldest first. */
  readonly migrations: readonly Migration[];
  /** Binds what handlers ask for. `adapter.scoped` binds what lives as long as one message. */
  readonly bind: (container: Container, adapter: InversifyAdapter) => void;
}
