import 'reflect-metadata/lite';
import { Anywise, type Logger, type Transport } from 'anywise';
import { connectStore, connectTransport } from 'anywise/connect';
import { inversify } from 'anywise/inversify';
import { otel } from 'anywise/otel';
import type { Express } from 'express';
import { Container } from 'inversify';
import { blame } from './config/blame.js';
import type { ServiceConfig } from './config/config.js';
import type { ServiceDefinition } from './definition.js';
import { apiDocuments } from './http/api-documents.js';
import { createApp } from './http/app.js';
import { createReadiness } from './http/readiness.js';
import { requestTracing } from './http/requests.js';
import { boundRepeats } from './log/bounded.js';
import { createServiceLog, Log, RequestId } from './log/service-log.js';
import { untilReached } from './reach.js';
import { unrecorded } from './telemetry.js';

/** A service. It does not listen on a port itself. */
export interface Service {
  readonly config: ServiceConfig;
  readonly anywise: Anywise;
  /** The HTTP app. Before the start and after the end it answers 503. */
  readonly app: Express;
  /**
   * Waits until the store can be reached, and starts the bus. It does not wait for a transport that cannot be reached: what is
   * published meanwhile waits in the store.
   *
   * @param signal aborting it gives up waiting.
   * @throws AnywiseError if the wiring is wrong, or the store or the transport is reachable but cannot be used.
   */
  start(signal?: AbortSignal): Promise<void>;
  /**
   * From now on `/health/ready` answers 503, so that no more requests are routed here. Those that arrive are still served.
   */
  retire(): void;
  /** Finishes the messages in hand and closes everything. Idempotent. */
  stop(options?: { readonly timeoutMs?: number }): Promise<void>;
}

export interface ServiceOptions {
  readonly config: ServiceConfig;
  readonly logger: Logger;
  /** Its connection to a transport that others of this process share. @defaultValue its own, by the URL of the configuration */
  readonly transport?: Transport | undefined;
}

/**
 * Builds a service, without connecting to anything yet.
 *
 * @throws AnywiseError (`INVALID_URL`) if no store or transport is known for its URL.
 */
export async function createService(definition: ServiceDefinition, options: ServiceOptions): Promise<Service> {
  const { config } = options;
  const { registry, contracts, migrations, routes } = definition;
  const logger = boundRepeats(options.logger);
  const store = await blame('ANYWISE_STORE', connectStore(config.storeUrl, { name: config.slice, migrations }));
  const transport = options.transport ?? (await openTransport(config));
  const anywise = new Anywise({
    name: config.slice,
    registries: [requestTracing, registry],
    contracts,
    container: containerOf(definition, config, logger),
    store,
    transport,
    context: [RequestId],
    // Records nothing until the process registers an SDK, as `instrumentation.mjs` does.
    instrumentation: otel(),
    logger,
  });
  const readiness = createReadiness(anywise);

  return {
    config,
    anywise,
    app: createApp({
      slice: config.slice,
      anywise,
      readiness,
      routes,
      apiDocuments: () => apiDocuments(definition, anywise),
      auth: config.auth,
      logger,
    }),
    async start(signal) {
      // Wiring errors are reported at once, by `anywise.start`, however long the server would take to reach.
      if (anywise.verify().length === 0) {
        await unrecorded(() => untilReached('store', store, { logger, signal, onWait: readiness.waitFor }));
      }
      await anywise.start();
      readiness.open();
    },
    retire: () => readiness.stop(),
    async stop(stopOptions) {
      readiness.stop();
      await anywise.stop(stopOptions);
    },
  };
}

/** @throws AnywiseError (`INVALID_URL`) if no transport is known for its URL. */
export function openTransport({ transportUrl }: Pick<ServiceConfig, 'transportUrl'>): Promise<Transport> {
  return blame('ANYWISE_TRANSPORT', connectTransport(transportUrl));
}

function containerOf({ bind }: ServiceDefinition, { settings }: ServiceConfig, logger: Logger) {
  const container = new Container({ jitless: false });
  const adapter = inversify(container);
  container.bind(Log).toConstantValue(createServiceLog(logger));
  for (const [id, value] of settings) container.bind(id).toConstantValue(value);
  bind(container, adapter);
  return adapter;
}
