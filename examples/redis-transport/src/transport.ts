import {
  AnywiseError,
  type Envelope,
  type PublishFailure,
  type Received,
  type SubscribeOptions,
  type Subscription,
  type Transport,
  type TransportCapabilities,
  type TransportLacks,
} from 'anywise';
import {
  checkOptions,
  declareCapabilities,
  limits,
  messageBytesCheck,
  milliseconds,
  ofType,
  Opened,
  publishTogether,
  Subscriptions,
  withDefaults,
  type Batch,
  type OptionChecks,
} from 'anywise/kit';
import { connect, urlCheck, type Connection } from './connection.js';
import { Log, prefixCheck } from './log.js';
import { Reader } from './reader.js';

/** Options of {@link redisTransport}. */
export interface RedisTransportOptions {
  /** Where the server is, with user and password if it asks for them. @defaultValue `redis://127.0.0.1:6379` */
  readonly url?: string | undefined;
  /** What all keys begin with. Services that communicate use the same one. @defaultValue `anywise` */
  readonly prefix?: string | undefined;
  /**
   * The server keeps what it has confirmed when it is killed or loses power: it runs with `appendonly yes`,
   * `appendfsync always` and `maxmemory-policy noeviction`. One that says otherwise is refused. Without it messages are
   * faster, and a crash of the server may lose them, although they were confirmed.
   *
   * @defaultValue false
   */
  readonly durable?: boolean | undefined;
  /** How long a message is kept, read or not, in milliseconds. @defaultValue 604_800_000 (7 days) */
  readonly retentionMs?: number | undefined;
  /** How large a message may be as JSON, in bytes. @defaultValue 1_048_576 (1 MiB) */
  readonly maxMessageBytes?: number | undefined;
}

const defaults = {
  url: 'redis://127.0.0.1:6379',
  prefix: 'anywise',
  durable: false,
  retentionMs: 604_800_000,
  maxMessageBytes: limits.messageBytes as number,
};

const checks: OptionChecks<RedisTransportOptions> = {
  url: urlCheck,
  prefix: prefixCheck,
  durable: ofType('boolean'),
  retentionMs: milliseconds(1_000, 3_155_760_000_000),
  maxMessageBytes: messageBytesCheck,
};

/** How often a reader looks by itself. The bell wakes it before. */
const pollMs = 250;

/** Moves messages through Redis: a stream that is read as a log, and a position for each service. */
export function redisTransport(options: RedisTransportOptions = {}): Transport {
  checkOptions('`redisTransport`', options, checks);
  return new RedisTransport(withDefaults(options, defaults));
}

class RedisTransport implements Transport {
  readonly name = 'redis';
  readonly capabilities: TransportCapabilities;
  readonly lacks: TransportLacks;
  readonly #options: typeof defaults;
  readonly #connection: Opened<Connection>;
  readonly #subscriptions = new Subscriptions();
  #isClosed = false;

  constructor(options: typeof defaults) {
    this.#options = options;
    const { capabilities, lacks } = declareCapabilities({
      durable: options.durable || 'The server may forget what it has confirmed. Let it sync each write, and say so.',
      ordered: true,
      history: true,
      acrossProcesses: true,
      requests: 'It carries no requests.',
    });
    this.capabilities = capabilities;
    this.lacks = lacks;
    this.#connection = new Opened({
      open: (lost) => connect(options, { lost, rung: () => this.#subscriptions.wake() }),
      close: (connection) => connection.close(),
    });
  }

  publish(envelopes: readonly Envelope[]): Promise<readonly (PublishFailure | undefined)[]> {
    return publishTogether(envelopes, this.#options.maxMessageBytes, async (written) => {
      const log = await this.#log();
      await log.append(written);
    });
  }

  async subscribe(
    { consumer, types, onError }: SubscribeOptions,
    receive: (batch: readonly Received[]) => Promise<void>,
  ): Promise<Subscription> {
    const { maxMessageBytes } = this.#options;
    const reader = new Reader({ consumer, types, maxMessageBytes, log: () => this.#log() });
    await reader.join();
    const next = (): Promise<Batch | undefined> => reader.next();
    return this.#subscriptions.open({ next, receive, onError, pollMs, ended: () => reader.close() });
  }

  async check(): Promise<void> {
    const log = await this.#log();
    await log.check();
    // Readers that found the server away try again now, not after their pause.
    this.#subscriptions.wake();
  }

  async close(): Promise<void> {
    await this.#subscriptions.close();
    this.#isClosed = true;
    await this.#connection.close();
  }

  async #log(): Promise<Log> {
    if (this.#isClosed) throw new AnywiseError('UNAVAILABLE', 'The transport is closed.');
    return new Log(await this.#connection.get(), this.#options);
  }
}
