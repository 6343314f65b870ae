import { AnywiseError } from '../core/errors/errors.js';
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
import { Asker } from './asker.js';
import { connectionChecks, Link, unavailable, type RabbitmqConnectionOptions } from './client.js';
import { Names } from './names.js';
import { Publisher } from './publisher.js';
import { queueChecks, queueDefaults, type RabbitmqQueueOptions } from './queue-options.js';
import { Reader } from './reader.js';
import { Responder } from './responder.js';
import { ensureExchange, type TopologyOptions } from './topology.js';

/** Options of {@link rabbitmqTransport}. */
export interface RabbitmqTransportOptions extends RabbitmqConnectionOptions, RabbitmqQueueOptions {
  /**
   * Makes the exchange, the queue and its bindings where they are missing. If `false`, a missing exchange or queue is an error
   * that says how to make it; bindings cannot be looked at. @defaultValue true
   */
  readonly manage?: boolean;
  /**
   * How large a message may be as JSON, in bytes. Its data must fit into the server's `max_message_size` as well, which is 16
   * MiB by default since RabbitMQ 4, and was 128 MiB before.
   *
   * @defaultValue 1_048_576 (1 MiB)
   */
  readonly maxMessageBytes?: number | undefined;
}

const defaults = { ...queueDefaults, manage: true, maxMessageBytes: limits.messageBytes as number };

const optionChecks: OptionChecks<RabbitmqTransportOptions> = {
  ...connectionChecks,
  ...queueChecks,
  manage: ofType('boolean'),
  maxMessageBytes: messageBytesCheck,
};

const pollMs = 250;

const declared = declareCapabilities({
  durable: true,
  ordered: true,
  history: 'A queue holds what came since it was bound.',
  acrossProcesses: true,
  requests: true,
});

/** Moves messages through RabbitMQ: a topic exchange, and a quorum queue for each service. */
export function rabbitmqTransport(options: RabbitmqTransportOptions = {}): Transport {
  checkOptions('`rabbitmqTransport`', options, optionChecks);
  return new RabbitmqTransport(withDefaults(options, defaults));
}

class RabbitmqTransport implements Transport {
  readonly name = 'rabbitmq';
  readonly capabilities = declared.capabilities;
  readonly lacks = declared.lacks;
  readonly #maxMessageBytes: number;
  readonly #topology: TopologyOptions;
  /** One of its own: the server reads nothing from a connection that publishes while it is short of memory. */
  readonly #publishing: Link;
  readonly #reading: Link;
  readonly #publisher: Publisher;
  /** Each of its own: an answer to a forged address ends the connection over which it goes. */
  readonly #requests: { readonly asking: Link; readonly serving: Link; readonly answers: Link };
  readonly #asker: Asker;
  readonly #serving = new Set<Responder>();
  #isClosed = false;
  readonly #subscriptions = new Subscriptions();
  readonly #readers = new Set<Reader>();
  readonly request = listeningRequest((request, signal) => this.#asker.request(request, signal));

  constructor(options: RabbitmqTransportOptions & typeof defaults) {
    const { prefix, vhost = '/', replicas, manage, maxMessageBytes } = options;
    this.#maxMessageBytes = maxMessageBytes;
    this.#topology = { names: new Names(prefix), vhost, replicas, manage };
    this.#publishing = new Link(options, 'anywise publisher');
    this.#reading = new Link(options, 'anywise reader');
    this.#requests = {
      asking: new Link(options, 'anywise requests'),
      serving: new Link(options, 'anywise responder'),
      answers: new Link(options, 'anywise answers'),
    };
    this.#asker = new Asker({ ...this.#topology, link: this.#requests.asking, maxMessageBytes });
    this.#publisher = new Publisher({ ...this.#topology, link: this.#publishing, maxMessageBytes });
  }

  publish(envelopes: readonly Envelope[]): Promise<readonly (PublishFailure | undefined)[]> {
    return this.#publisher.publish(envelopes);
  }

  async subscribe(
    { consumer, types, onError }: SubscribeOptions,
    receive: (batch: readonly Received[]) => Promise<void>,
  ): Promise<Subscription> {
    const fail = (error: unknown): never => {
      throw unavailable(this.#reading.place, error);
    };
    const reader = new Reader({
      ...this.#topology,
      consumer,
      types,
      maxMessageBytes: this.#maxMessageBytes,
      link: this.#reading,
      onChange: () => this.#subscriptions.wake(),
      onError,
    });
    this.#readers.add(reader);
    const ended = async (): Promise<void> => {
      this.#readers.delete(reader);
      await reader.close();
    };
    try {
      await reader.join();
    } catch (error) {
      await ended();
      fail(error);
    }
    const next = (): Promise<Batch | undefined> => reader.next().catch(fail);
    const lag = (limit: number): Promise<BoundedCount> => reader.lag(limit).catch(fail);
    return this.#subscriptions.open({ next, receive, onError, pollMs, ended, lag });
  }

  async serve(options: ServeOptions, answer: Answer): Promise<Subscription> {
    if (this.#isClosed) throw new AnywiseError('UNAVAILABLE', 'The transport is closed.');
    const { serving, answers } = this.#requests;
    const maxMessageBytes = this.#maxMessageBytes;
    const responder = new Responder({ ...this.#topology, ...options, answer, maxMessageBytes, link: serving, answers });
    this.#serving.add(responder);
    const close = async (): Promise<void> => {
      await responder.close();
      this.#serving.delete(responder);
    };
    try {
      await responder.start();
    } catch (error) {
      await close();
      throw unavailable(serving.place, error);
    }
    return { close };
  }

  async check(): Promise<void> {
    await this.#publisher.check();
    const connection = await this.#reading.get();
    try {
      await ensureExchange(connection, this.#topology);
      await Promise.all([...this.#readers].map((reader) => reader.check(connection)));
    } catch (error) {
      throw unavailable(this.#reading.place, error);
    }
    // Those who have found it away try again now, not after their pause.
    this.#subscriptions.wake();
    for (const responder of this.#serving) responder.wake();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    // Those in hand may ask others, and are answered first.
    await Promise.all([...this.#serving].map((responder) => responder.close()));
    await this.#asker.close();
    await this.#subscriptions.close();
    const links = [this.#publishing, this.#reading, ...Object.values(this.#requests)];
    await Promise.all(links.map((link) => link.close()));
  }
}
