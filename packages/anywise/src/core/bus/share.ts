import { AnywiseError } from '../errors/errors.js';
import { checkOptions } from '../errors/options.js';
import type { Envelope } from '../message/envelope.js';
import { limits, messageBytesCheck } from '../message/limits.js';
import { listeningRequest, requestOver } from '../ports/listening.js';
import type {
  Answer,
  PublishFailure,
  Received,
  ServeOptions,
  SubscribeOptions,
  Subscription,
  Transport,
  TransportCapabilities,
  TransportLacks,
} from '../ports/transport.js';
import { LazySignal, type Abortable } from '../time/lazy-signal.js';
import { Answering } from '../../kit/answering.js';
import { noResponder, PendingRequests } from '../../kit/pending-requests.js';
import { MemoryResponders } from '../../memory/responders.js';

/** A transport that the buses of one process share. */
export interface SharedTransport {
  /**
   * A connection for one bus, which closes it when it stops. The last one to be closed closes the transport.
   *
   * @throws AnywiseError (`UNAVAILABLE`) once the transport is closed.
   */
  connect(): Transport;
}

/** Options of {@link share}. */
export interface ShareOptions {
  /**
   * How large a request or an answer within the process may be as JSON, in bytes. Say the same as for the transport.
   *
   * @defaultValue 1_048_576 (1 MiB)
   */
  readonly maxMessageBytes?: number | undefined;
}

/**
 * Shares a transport among the buses of one process. A request for a type that another of them serves is answered here, as
 * data, without leaving the process; any other request goes over the transport. Events and enqueued commands
 * always take the transport, which keeps them when the process is killed.
 *
 * @example
 * const shared = share(sqliteTransport({ path: 'bus.db' }));
 * const orders = new Anywise({ name: 'orders', transport: shared.connect(), … });
 * const payments = new Anywise({ name: 'payments', transport: shared.connect(), … });
 */
export function share(transport: Transport, options: ShareOptions = {}): SharedTransport {
  checkOptions('`share`', options, { maxMessageBytes: messageBytesCheck });
  return new Shared(transport, options.maxMessageBytes ?? limits.messageBytes);
}

class Shared implements SharedTransport {
  readonly transport: Transport;
  readonly maxBytes: number;
  readonly responders = new MemoryResponders();
  readonly #connections = new Set<Connection>();
  #isClosed = false;

  constructor(transport: Transport, maxBytes: number) {
    this.transport = transport;
    this.maxBytes = maxBytes;
  }

  connect(): Transport {
    if (this.#isClosed) throw closed();
    const connection = new Connection(this);
    this.#connections.add(connection);
    return connection;
  }

  /** Called once for each connection. */
  async leave(connection: Connection): Promise<void> {
    this.#connections.delete(connection);
    if (this.#connections.size > 0) return;
    this.#isClosed = true;
    await this.transport.close();
  }
}

class Connection implements Transport {
  readonly name: string;
  readonly capabilities: TransportCapabilities;
  readonly lacks: TransportLacks;
  readonly #shared: Shared;
  readonly #pending: PendingRequests<Answering>;
  readonly #subscriptions = new Set<Subscription>();
  readonly #serving = new Set<Subscription>();
  /** What waits for an answer from beyond the process. */
  readonly #asking = new Set<LazySignal>();
  #closing: Promise<void> | undefined;
  readonly request = listeningRequest(async (request, signal) => {
    this.#assertOpen();
    const { transport, responders } = this.#shared;
    const isWithin = responders.has(request.type) || transport.request === undefined;
    return isWithin ? this.#pending.ask(request, signal) : this.#askBeyond(request, signal);
  });

  constructor(shared: Shared) {
    const { transport, maxBytes, responders } = shared;
    const { requests: _, ...lacks } = transport.lacks;
    this.name = transport.name;
    this.capabilities = { ...transport.capabilities, requests: true };
    this.lacks = lacks;
    this.#shared = shared;
    this.#pending = new PendingRequests({
      maxBytes,
      send: ({ ticket, request, json }) => {
        const responder = responders.next(request.type);
        if (responder === undefined) throw noResponder(request.type);
        responder.take({ ticket, text: json, reply: (answer) => this.#pending.settle(ticket, answer) });
        return responder;
      },
      cancel: (ticket, responder) => responder.cancel(ticket),
    });
  }

  publish(envelopes: readonly Envelope[]): Promise<readonly (PublishFailure | undefined)[]> {
    return this.#shared.transport.publish(envelopes);
  }

  async subscribe(
    options: SubscribeOptions,
    receive: (batch: readonly Received[]) => Promise<void>,
  ): Promise<Subscription> {
    this.#assertOpen();
    return this.#keep(this.#subscriptions, await this.#shared.transport.subscribe(options, receive));
  }

  async serve(options: ServeOptions, answer: Answer): Promise<Subscription> {
    this.#assertOpen();
    const { transport, responders, maxBytes } = this.#shared;
    const { service, types, onError } = options;
    // For other processes.
    const beyond = await transport.serve?.(options, answer);
    const answering = new Answering({ service, answer, maxBytes, onError });
    const remove = responders.add(types, answering);
    return this.#keep(this.#serving, {
      close: async () => {
        remove();
        await Promise.all([answering.close(), beyond?.close()]);
      },
    });
  }

  check(): Promise<void> {
    return this.#shared.transport.check();
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    // Those in hand may ask others, and are answered first.
    await Promise.all([...this.#serving].map((subscription) => subscription.close()));
    for (const stop of this.#asking) stop.abort(closed());
    await this.#pending.close();
    await Promise.all([...this.#subscriptions].map((subscription) => subscription.close()));
    await this.#shared.leave(this);
  }

  async #askBeyond(request: Envelope, signal: Abortable): Promise<Envelope> {
    const stop = new LazySignal();
    const letGo = stop.follow(signal);
    this.#asking.add(stop);
    try {
      return await requestOver(this.#shared.transport, request, stop);
    } finally {
      this.#asking.delete(stop);
      letGo();
    }
  }

  /** Remembers what has to be closed. It may have been opened while the connection was closed. */
  async #keep(all: Set<Subscription>, subscription: Subscription): Promise<Subscription> {
    const kept: Subscription = {
      ...subscription,
      close: async () => {
        await subscription.close();
        all.delete(kept);
      },
    };
    if (this.#closing !== undefined) {
      await subscription.close();
      throw closed();
    }
    all.add(kept);
    return kept;
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw closed();
  }
}

function closed(): AnywiseError {
  return new AnywiseError('UNAVAILABLE', 'The transport is closed.');
}
