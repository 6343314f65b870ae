import { AnywiseError } from '../core/errors/errors.js';
import { checkOptions } from '../core/errors/options.js';
import type { Envelope } from '../core/message/envelope.js';
import { limits, messageBytesCheck } from '../core/message/limits.js';
import { Answering } from '../kit/answering.js';
import { countWithin } from '../kit/batches.js';
import { declareCapabilities } from '../kit/capabilities.js';
import { noResponder, PendingRequests } from '../kit/pending-requests.js';
import { isWantedBy, Subscriptions, versionOf, type Batch } from '../kit/subscriptions.js';
import { publishTogether, readEnvelope } from '../kit/wire.js';
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
import { MemoryResponders } from './responders.js';

/** Carries messages between the buses of one process. Each bus takes its own connection. */
export interface MemoryBroker {
  /** A connection for one bus. */
  connect(): Transport;
}

export interface MemoryBrokerOptions {
  /** How large a message may be as JSON, in bytes. A larger one is refused. @defaultValue 1_048_576 (1 MiB) */
  readonly maxMessageBytes?: number | undefined;
}

interface Consumer {
  readonly name: string;
  position: number;
  /** Whether an instance of the service has a batch in hand, so that the others wait. */
  isBusy: boolean;
}

interface LogRow {
  readonly type: string;
  readonly kind: Envelope['kind'];
  readonly json: string;
}

const batchSize = 100;
const pollMs = 1_000;

/**
 * Creates a broker that lives and dies with the process: the reference implementation of a transport, and a fake for tests.
 */
export function memoryBroker(options: MemoryBrokerOptions = {}): MemoryBroker {
  checkOptions('`memoryBroker`', options, { maxMessageBytes: messageBytesCheck });
  const log = new MemoryLog();
  return { connect: () => new MemoryTransport(log, options.maxMessageBytes ?? limits.messageBytes) };
}

/** What the connections of one broker share. */
class MemoryLog {
  readonly rows: LogRow[] = [];
  readonly readers = new Set<Subscriptions>();
  readonly responders = new MemoryResponders();
  readonly #consumers = new Map<string, Consumer>();

  consumer(name: string, types: readonly string[]): Consumer {
    const key = JSON.stringify([name, versionOf(types)]);
    const known = this.#consumers.get(key);
    if (known !== undefined) return known;
    const consumer = { name, position: this.#positionOf(name), isBusy: false };
    this.#consumers.set(key, consumer);
    return consumer;
  }

  wake(): void {
    for (const reader of this.readers) reader.wake();
  }

  #positionOf(name: string): number {
    const versions = [...this.#consumers.values()].filter((consumer) => consumer.name === name);
    return Math.max(0, ...versions.map(({ position }) => position));
  }
}

const declared = declareCapabilities({
  durable: 'Nothing is kept: the messages live in one process.',
  ordered: true,
  history: true,
  acrossProcesses: 'The messages live in one process.',
  requests: true,
});

class MemoryTransport implements Transport {
  readonly name = 'memory';
  readonly capabilities = declared.capabilities;
  readonly lacks = declared.lacks;
  readonly #log: MemoryLog;
  readonly #maxBytes: number;
  readonly #subscriptions = new Subscriptions();
  readonly #pending: PendingRequests<Answering>;
  readonly #serving = new Set<Subscription>();
  #isClosed = false;
  readonly request = listeningRequest((request, signal) => this.#pending.ask(request, signal));

  constructor(log: MemoryLog, maxBytes: number) {
    this.#log = log;
    this.#maxBytes = maxBytes;
    this.#pending = new PendingRequests({
      maxBytes,
      send: ({ ticket, request, json }) => {
        const responder = log.responders.next(request.type);
        if (responder === undefined) throw noResponder(request.type);
        responder.take({ ticket, text: json, reply: (answer) => this.#pending.settle(ticket, answer) });
        return responder;
      },
      cancel: (ticket, responder) => responder.cancel(ticket),
    });
  }

  publish(envelopes: readonly Envelope[]): Promise<readonly (PublishFailure | undefined)[]> {
    // As text, so that only data gets across, as with any other transport.
    return publishTogether(envelopes, this.#maxBytes, async (written) => {
      for (const { envelope, json } of written) this.#log.rows.push({ type: envelope.type, kind: envelope.kind, json });
      this.#log.wake();
    });
  }

  async subscribe(
    { consumer: name, types, onError }: SubscribeOptions,
    receive: (batch: readonly Received[]) => Promise<void>,
  ): Promise<Subscription> {
    const consumer = this.#log.consumer(name, types);
    const isWanted = isWantedBy({ consumer: name, types });
    const next = async (): Promise<Batch | undefined> => {
      const waiting = this.#log.rows.slice(consumer.position, consumer.position + batchSize);
      if (consumer.isBusy || waiting.length === 0) return undefined;
      const rows = waiting.slice(0, countWithin(waiting, bytesOf, limits.batchBytes));
      consumer.isBusy = true;
      return {
        received: rows
          .filter(isWanted)
          .map(({ json }) => readEnvelope({ text: json, name: 'A message' }, this.#maxBytes)),
        acknowledge: () => {
          consumer.position += rows.length;
          consumer.isBusy = false;
          this.#log.wake();
        },
        giveBack: () => {
          consumer.isBusy = false;
        },
      };
    };
    this.#log.readers.add(this.#subscriptions);
    const lag = async (limit: number): Promise<BoundedCount> => {
      const waiting = this.#log.rows.slice(consumer.position, consumer.position + limit + 1);
      return { count: waiting.slice(0, limit).filter(isWanted).length, isMore: waiting.length > limit };
    };
    return this.#subscriptions.open({ next, receive, onError, pollMs, lag });
  }

  async serve({ service, types, onError }: ServeOptions, answer: Answer): Promise<Subscription> {
    if (this.#isClosed) throw new AnywiseError('UNAVAILABLE', 'The transport is closed.');
    const answering = new Answering({ service, answer, maxBytes: this.#maxBytes, onError });
    const remove = this.#log.responders.add(types, answering);
    const subscription = {
      close: async () => {
        remove();
        await answering.close();
        this.#serving.delete(subscription);
      },
    };
    this.#serving.add(subscription);
    return subscription;
  }

  async check(): Promise<void> {
    return undefined;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    // Those in hand may ask others, and are answered first.
    await Promise.all([...this.#serving].map(async (subscription) => subscription.close()));
    await this.#pending.close();
    await this.#subscriptions.close();
    this.#log.readers.delete(this.#subscriptions);
  }
}

function bytesOf({ json }: LogRow): number {
  return Buffer.byteLength(json);
}
