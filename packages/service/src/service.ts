import 'reflect-metadata/lite';
import { Anywise, type Logger } from 'anywise';
import { connectStore, connectTransport } from 'anywise/connect';
import { inversify } from 'anywise/inversify';
import type { Express } from 'express';
import { Container } from 'inversify';
import { createApp } from './app.js';
import { blame } from './blame.js';
import type { ServiceConfig } from './config.js';
import { Log, type ServiceDefinition } from './definition.js';

/** A service whose bus runs. It listens to no port yet. */
export interface Service {
  readonly anywise: Anywise;
  readonly app: Express;
  /** Finishes the messages in hand and closes everything. Idempotent. */
  stop(options?: { readonly timeoutMs?: number }): Promise<void>;
}

export interface ServiceOptions {
  readonly config: ServiceConfig;
  readonly logger: Logger;
}

/**
 * Builds a service and starts its bus.
 *
 * @throws AnywiseError where the wiring is wrong, or the store or the transport cannot be used.
 */
export async function startService(
  definition: ServiceDefinition,
  { config, logger }: ServiceOptions,
): Promise<Service> {
  const { registry, contracts, migrations, bind, routes } = definition;
  const container = new Container({ jitless: false });
  const adapter = inversify(container);
  container.bind(Log).toConstantValue(logger);
  bind(container, adapter);

  const anywise = new Anywise({
    name: config.slice,
    registries: [registry],
    contracts,
    container: adapter,
    store: await blame('ANYWISE_STORE', connectStore(config.storeUrl, { name: config.slice, migrations })),
    transport: await blame('ANYWISE_TRANSPORT', connectTransport(config.transportUrl)),
    logger,
  });
  await anywise.start();
  const app = createApp({ slice: config.slice, anywise, routes, authSecret: config.authSecret, logger });
  return { anywise, app, stop: (options) => anywise.stop(options) };
}
