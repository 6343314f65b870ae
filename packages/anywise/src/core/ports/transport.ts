import type { Envelope } from '../message/envelope.js';
import type { BoundedCount } from './bounded-count.js';

/** What a transport can do, as facts that tests and documentation read. */
export interface TransportCapabilities {
  /** A confirmed message survives `kill -9` of every process, including the broker's. */
  readonly durable: boolean;
  /** Messages with the same key reach a consumer in the order in which they were published. */
  readonly ordered: boolean;
  /** A consumer that subscribes for the first time gets earlier messages that are still kept. */
  readonly history: boolean;
  /** Reaches other processes. */
  readonly acrossProcesses: boolean;
  /** Carries a request to a handler in another service and its answer back: it has `request` and `serve`. */
  readonly requests: boolean;
}

/** Why a transport lacks each capability that is `false`, as a sentence. `declareCapabilities` of `anywise/kit` makes both. */
export type TransportLacks = Readonly<Partial<Record<keyof TransportCapabilities, string>>>;

/** Why one envelope was not accepted. */
export interface PublishFailure {
  readonly error: unknown;
  /** A retry cannot help: too big, not serialisable, no route. */
  readonly permanent: boolean;
}

/** What a transport has received: an envelope, or the text of one that it cannot read. */
export type Received =
  | {
      readonly envelope: Envelope;
      /** The text that it was read from. @defaultValue the envelope, serialised again */ readonly json?: string;
    }
  | { readonly unreadable: string; readonly reason: string };

/** What a service wants to receive. */
export interface SubscribeOptions {
  /** The service that consumes. Instances of one service share one consumer: each message goes to the service once. */
  readonly consumer: string;
  /** The wire names to subscribe to. A consumer also gets every command for it, whatever its type. */
  readonly types: readonly string[];
  /** Called with failures from which the transport recovers on its own. */
  readonly onError: (error: unknown) => void;
}

/** Which requests a service answers. */
export interface ServeOptions {
  /** The service that answers. Its instances share the requests. */
  readonly service: string;
  /** The wire names of the requests. */
  readonly types: readonly string[];
  /**
   * How many requests may be answered here at once. A transport that fetches requests takes no more; one that is handed them
   * passes all of them on, and `answer` refuses those that are too many.
   */
  readonly concurrency: number;
  /** Called with failures from which the transport recovers on its own. */
  readonly onError: (error: unknown) => void;
}

/**
 * Answers one request with an envelope of kind `reply` or `error`; it does not reject. The signal aborts when the caller has
 * given up or is gone.
 */
export type Answer = (request: Envelope, signal: AbortSignal) => Promise<Envelope>;

/** A subscription that receives until it is closed. */
export interface Subscription {
  /** Receives no more, and resolves when the batch in hand is done. Idempotent. */
  close(): Promise<void>;
  /**
   * How many messages wait for the consumer, whichever of its instances reads: those that it has not acknowledged. Looks at no
   * more than `limit` of them. A broker that does not tell what another instance has in hand leaves that out,
   * and one that cannot tell whose they are counts those for others, too.
   */
  lag?(limit: number): Promise<BoundedCount>;
}

/**
 * Moves envelopes between processes, at least once.
 *
 * - **Confirm.** A position of `publish`'s result is `undefined` only when that envelope is as durable as the transport
 *   claims; anything else, a lost connection included, counts as not published and is published again with the same id.
 * - **Acknowledge.** A batch counts as received when the promise of `receive` resolves. If it rejects, or the process
 *   dies before, the batch is delivered again. Duplicates are possible at any time; receivers recognise them by id.
 * - **Order.** If `ordered`, envelopes with the same key arrive in the order in which they were published, and a batch is
 *   handed over only once the one before is acknowledged. If an envelope is not accepted, neither are the later ones with its
 *   key in the same call.
 * - **Prefix.** An inbox numbers messages as they are inserted, and several instances of a service insert. So when an envelope
 *   is handed to any of them, each earlier one of its key has been acknowledged by some instance of the service, or is
 *   earlier in the same batch, or was handed over before by the same reader, which began at an acknowledged position. Reading
 *   a log in order, from a position that moves only after `receive`, keeps this rule. Competing consumers break it, and so do
 *   returning a message to a queue, skipping one that failed, and keeping what was fetched before a connection was lost. A
 *   batch that failed is therefore tried again as it is.
 * - **Addressed.** A command whose wire name begins with the consumer's name and a dot is for that consumer alone. It is handed
 *   over even if its type is not among `types`, so that what a newer version has sent is kept and not skipped.
 * - **Back-pressure.** `receive` is never called while its promise is pending.
 * - **Close.** `close` is idempotent, ends subscriptions and resolves when nothing runs any more.
 */
export interface Transport {
  readonly name: string;
  readonly capabilities: TransportCapabilities;
  readonly lacks: TransportLacks;
  /** One result per envelope, in their order: `undefined` if it is confirmed. Rejects if all outcomes are unknown. */
  publish(envelopes: readonly Envelope[]): Promise<readonly (PublishFailure | undefined)[]>;
  /**
   * Hands over arriving messages, in batches, until the subscription or the transport is closed. Resolves once the consumer
   * is known: it misses nothing that is published from then on.
   */
  subscribe(options: SubscribeOptions, receive: (batch: readonly Received[]) => Promise<void>): Promise<Subscription>;
  /**
   * Sends a request to an instance that serves its type, and resolves with the answer. Sent at most once: nothing is repeated
   * here. It waits until the signal aborts, and rejects with the signal's reason then.
   *
   * @throws AnywiseError (`NO_RESPONDER`) if no instance serves the type, so that the request was certainly not handled.
   * @throws AnywiseError (`UNAVAILABLE`) if the connection was lost, so it is not known whether it was handled.
   * @throws AnywiseError (`MESSAGE_TOO_LARGE`) if the request is too large for the transport.
   */
  request?(request: Envelope, options: { readonly signal: AbortSignal }): Promise<Envelope>;
  /**
   * Answers requests until the subscription or the transport is closed, which takes no more and resolves when those in hand are
   * answered. Resolves once requests are accepted. An answer that is too large becomes an `error` that says so.
   */
  serve?(options: ServeOptions, answer: Answer): Promise<Subscription>;
  /**
   * Connects if necessary, and resolves once the transport can be used.
   *
   * @throws AnywiseError (`UNAVAILABLE`) that says why not. If it is `retryable`, as where the broker cannot be reached, a bus
   * starts without the transport and waits for it. Otherwise, as where the broker refuses the user, the bus does not start.
   */
  check(): Promise<void>;
  /** Ends all subscriptions, disconnects, and resolves when nothing runs any more. Idempotent. */
  close(): Promise<void>;
}
