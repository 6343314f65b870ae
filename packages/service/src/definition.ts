import type { Contract, MessageRegistry, Migration } from 'anywise';
import type { Route } from 'anywise/express';
import type { InversifyAdapter } from 'anywise/inversify';
import type { Container } from 'inversify';
import type { Setting } from './config/setting.js';

/** The parts of a service: everything that `run` needs to start it. */
export interface ServiceDefinition {
  /** The service's package.json: `new URL('../package.json', import.meta.url)`. */
  readonly manifest: URL;
  /** The contracts of every slice whose messages it sends, publishes or listens to. */
  readonly contracts: readonly Contract[];
  readonly registry: MessageRegistry;
  readonly routes: readonly Route[];
  /** The tables, oldest first. */
  readonly migrations: readonly Migration[];
  /** Its own environment variables, made by `setting`; handlers inject their values by token. @defaultValue none */
  readonly settings?: readonly Setting[];
  /** Binds the dependencies of handlers. `adapter.scoped` binds those that live as long as one message. */
  readonly bind: (container: Container, adapter: InversifyAdapter) => void;
}
