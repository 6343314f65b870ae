import type { NatsConnection } from '@nats-io/transport-node';
import { checkOptions, ofType, withDefaults, type OptionChecks } from '../core/errors/options.js';
import type { Envelope } from '../core/message/envelope.js';
import { limits, messageBytesCheck } from '../core/message/limits.js';
import type { BoundedCount } from '../core/ports/bounded-count.js';
import { listeningRequest } from '../core/ports/listening.js';
import type {
  Answer,
  PublishFailure,
  Received,
  ServeOptions,
  SubscribeOptions,
  Subscription,
  Transport,
} from '../core/ports/transport.js';
import { declareCapabilities } from '../kit/capabilities.js';
import { Subscriptions, type Batch } from '../kit/subscriptions.js';
import {
  connectionChecks,
  flush,
  Link,
  loadDriver,
  refusedOrAway,
  unavailable,
  type Driver,
  type NatsConnectionOptions,
} from './client.js';
import { Names } from './names.js';
import type { Connected } from './position.js';
import { publishAll } from './publisher.js';
import { Reader } from './reader.js';
import { Requests } from './requests.js';
import { Responder } from './responder.js';
import { streamChecks, streamDefaults, type NatsStreamOptions } from './stream-options.js';
import { ensureStreams } from './topology.js';

/** Options of {@link natsTransport}. */
export interface NatsTransportOptions extends NatsConnectionOptions, NatsStreamOptions {
  /** Makes the streams that are missing. If `false`, a missing stream is an error that says how to make it. @defaultValue true */
  readonly manage?: boolean;
  /**
   * How large a message may be as JSON, in bytes. With its headers it must fit into the server's `max_payload` as well, which
   * is 1 MiB by default.
   *
   * @defaultValue 1_048_576 (1 MiB)
   */
  readonly maxMessageBytes?: number | undefined;
}

const defaults = { ...streamDefaults, manage: true, maxMessageBytes: limits.messageBytes as number };

const optionChecks: OptionChecks<NatsTransportOptions> = {
  ...connectionChecks,
  ...streamChecks,
  manage: ofType('boolean'),
  maxMessageBytes: messageBytesCheck,
};

const pollMs = 250;

/** Moves messages through NATS JetStream: a stream that is read as a log, and a position for each service. */
export function natsTransport(options: NatsTransportOptions = {}): Transport {
  checkOptions('`natsTransport`', options, optionChecks);
  return new NatsTransport(withDefaults(options, defaults));
}

const declared = declareCapabilities({
  durable: true,
  ordered: true,
  history: true,
  acrossProcesses: true,
  requests: true,
});

class NatsTransport implements Transport {
  readonly name = 'nats';
  readonly capabilities = declared.capabilities;
  readonly lacks = declared.lacks;
  readonly #options: NatsTransportOptions & typeof defaults;
  readonly #names: Names;
  /** One of its own, so that a busy reader does not delay what is published. */
  readonly #publishing: Link;
  readonly #reading: Link;
  /** One of its own, so that answers do not queue up behind what is published and read. */
  readonly #asking: Link;
  readonly #requests: Requests;
  readonly #responders = new Set<Responder>();
  readonly #subscriptions = new Subscriptions();
  readonly #connected = new WeakMap<NatsConnection, Promise<Connected>>();
  #driver: Promise<Driver> | undefined;
  readonly request = listeningRequest((request, signal) => this.#requests.ask(request, signal));

  constructor(options: NatsTransportOptions & typeof defaults) {
    this.#options = options;
    this.#names = new Names(options.prefix);
    this.#publishing = new Link(options, 'anywise publisher');
    this.#reading = new Link(options, 'anywise reader');
    this.#asking = new Link(options, 'anywise requests');
    const { maxMessageBytes } = options;
    this.#requests = new Requests({ names: this.#names, link: this.#asking, driver: loadDriver, maxMessageBytes });
  }

  async publish(envelopes: readonly Envelope[]): Promise<readonly (PublishFailure | undefined)[]> {
    const driver = await this.#load();
    const connected = await this.#connectBy(this.#publishing);
    const { maxMessageBytes } = this.#options;
    const options = { names: this.#names, place: this.#publishing.place, maxMessageBytes, makeHeaders: driver.headers };
    try {
      return await publishAll(connected, envelopes, options);
    } catch (error) {
      // The stream may have been deleted: look again before the next attempt.
      this.#connected.delete(connected.connection);
      throw error;
    }
  }

  async subscribe(
    { consumer, types, onError }: SubscribeOptions,
    receive: (batch: readonly Received[]) => Promise<void>,
  ): Promise<Subscription> {
    const reader = new Reader({
      names: this.#names,
      consumer,
      types,
      maxMessageBytes: this.#options.maxMessageBytes,
      place: this.#reading.place,
      connect: () => this.#connectBy(this.#reading),
      driver: await this.#load(),
      onChange: () => this.#subscriptions.wake(),
      onError: (error) => onError(unavailable(this.#reading.place, error)),
    });
    try {
      await reader.join();
    } catch (error) {
      await reader.close();
      throw unavailable(this.#reading.place, error);
    }
    const next = (): Promise<Batch | undefined> => reader.next();
    const lag = (limit: number): Promise<BoundedCount> => reader.lag(limit);
    return this.#subscriptions.open({ next, receive, onError, pollMs, ended: () => reader.close(), lag });
  }

  async serve(options: ServeOptions, answer: Answer): Promise<Subscription> {
    const responder = new Responder({
      ...options,
      answer,
      names: this.#names,
      link: this.#asking,
      driver: await loadDriver(),
      maxMessageBytes: this.#options.maxMessageBytes,
    });
    await responder.open();
    this.#responders.add(responder);
    return {
      close: async () => {
        await responder.close();
        this.#responders.delete(responder);
      },
    };
  }

  async check(): Promise<void> {
    for (const link of [this.#publishing, this.#reading]) {
      const { connection, manager } = await this.#connectBy(link);
      try {
        await flush(connection);
        await manager.streams.info(this.#names.stream);
      } catch (error) {
        this.#connected.delete(connection);
        throw refusedOrAway(link.place, error, connection.info);
      }
    }
    // Those that found it away try again now, not after their pause.
    this.#subscriptions.wake();
    for (const responder of this.#responders) responder.wake();
  }

  async close(): Promise<void> {
    // Those in hand may ask others, and are answered first.
    await Promise.all([...this.#responders].map((responder) => responder.close()));
    await this.#requests.close();
    await this.#subscriptions.close();
    await Promise.all([this.#publishing.close(), this.#reading.close(), this.#asking.close()]);
  }

  /** Once: to import what is imported already costs as much as to publish a message. */
  #load(): Promise<Driver> {
    this.#driver ??= loadDriver();
    return this.#driver;
  }

  /** A connection over which the streams were found or made. */
  async #connectBy(link: Link): Promise<Connected> {
    const connection = await link.get();
    const known = this.#connected.get(connection);
    if (known !== undefined) return known;
    const connecting = this.#prepare(link, connection);
    this.#connected.set(connection, connecting);
    connecting.catch(() => this.#connected.delete(connection));
    return connecting;
  }

  async #prepare(link: Link, connection: NatsConnection): Promise<Connected> {
    const { jetstream, jetstreamManager } = await this.#load();
    try {
      const manager = await jetstreamManager(connection, { checkAPI: false });
      await ensureStreams(manager, { ...this.#options, names: this.#names });
      return { connection, client: jetstream(connection), manager };
    } catch (error) {
      throw refusedOrAway(link.place, error, connection.info);
    }
  }
}
