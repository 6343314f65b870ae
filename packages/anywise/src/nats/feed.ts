import type { ConsumerInfo } from '@nats-io/jetstream';
import type { Msg, Subscription } from '@nats-io/transport-node';
import { errorText } from '../core/errors/thrown.js';
import { startInterval } from '../core/time/timers.js';
import { limits } from '../core/message/limits.js';
import { countWithin } from '../kit/batches.js';
import type { Driver } from './client.js';
import type { Names } from './names.js';
import type { Connected } from './position.js';

const batchSize = 500;
const heartbeatMs = 1_000;
const expiresMs = 5_000;
/** A server that is silent for so long is gone, or has forgotten the consumer. */
const silentMs = 5_000;
/** The server forgets a consumer that asks for nothing for so long. */
const inactiveMs = 10_000;

const nanos = (ms: number): number => ms * 1_000_000;

/** A message of the stream. */
export interface Stored {
  /** Its number in the stream. */
  readonly seq: number;
  readonly message: Msg;
}

/** Which messages of the stream. */
export interface Wanted {
  readonly names: Names;
  readonly consumer: string;
  readonly types: readonly string[];
  /** The number of the last message that was received. */
  readonly after: number;
}

/** What a feed reads. */
export interface FeedOptions extends Wanted {
  /** Called when something has arrived, or the feed has ended. */
  readonly onChange: () => void;
}

/** How many messages are behind a position. */
export async function countBehind(connected: Connected, driver: Driver, wanted: Wanted): Promise<number> {
  const { name, num_pending: count } = await addConsumer(connected, driver, wanted);
  await connected.manager.consumers.delete(wanted.names.stream, name);
  return count;
}

function addConsumer({ connection, manager }: Connected, driver: Driver, wanted: Wanted): Promise<ConsumerInfo> {
  const { names, consumer, types, after } = wanted;
  // Older servers take one filter only: they send everything, and what is not wanted is left out by the reader.
  const takesFilters = isAtLeast(connection.info?.version ?? '', 2, 10);
  return manager.consumers.add(names.stream, {
    ack_policy: driver.AckPolicy.None,
    deliver_policy: driver.DeliverPolicy.StartSequence,
    opt_start_seq: after + 1,
    ...(takesFilters ? { filter_subjects: names.filters(consumer, types) } : {}),
    inactive_threshold: nanos(inactiveMs),
    mem_storage: true,
    num_replicas: 1,
  });
}

/**
 * The messages of the stream behind a position, without a gap. It is thrown away after anything unusual, and another begun
 * from the position: a consumer that goes on after it missed something brings later messages before earlier ones.
 *
 * It asks the server for a batch at a time, bounded by number and by bytes, and for the next one only when there is room. The
 * client's own consumers are bounded by either, and hold what they have asked for in memory.
 *
 * @see https://docs.nats.io/reference/reference-protocols/nats_api_reference#consumers
 */
export class Feed {
  readonly #waiting: Stored[] = [];
  readonly #connected: Connected;
  readonly #onChange: () => void;
  readonly #inbox: string;
  readonly #source: { readonly stream: string; readonly consumer: string };
  readonly #pullBytes: number;
  #subscription: Subscription | undefined;
  #watching: NodeJS.Timeout | undefined;
  #bytes = 0;
  /** The request that the server is answering, and how much of it has come. */
  #pull: { readonly inbox: string; received: number } | undefined;
  #pulls = 0;
  #delivered = 0;
  #heardAt = performance.now();
  #ended: string | undefined;

  private constructor(connected: Connected, driver: Driver, stream: string, consumer: string, onChange: () => void) {
    this.#connected = connected;
    this.#source = { stream, consumer };
    this.#onChange = onChange;
    this.#inbox = driver.createInbox();
    // More than any message has, so that each fits into an empty batch.
    this.#pullBytes = Math.max(limits.batchBytes, 2 * (connected.connection.info?.max_payload ?? 0));
  }

  static async open(connected: Connected, driver: Driver, options: FeedOptions): Promise<Feed> {
    const { names, onChange } = options;
    const { name } = await addConsumer(connected, driver, options);
    const feed = new Feed(connected, driver, names.stream, name, onChange);
    feed.#start();
    return feed;
  }

  /** Why nothing more comes; `undefined` while it goes on. */
  get ended(): string | undefined {
    return this.#ended;
  }

  /** The next messages, in order; empty if none are there. */
  take(): readonly Stored[] {
    const next = this.#waiting.slice(0, batchSize);
    const batch = this.#waiting.splice(0, next.length === 0 ? 0 : countWithin(next, bytesOf, limits.batchBytes));
    this.#bytes -= sizeOf(batch);
    this.#ask();
    return batch;
  }

  /** Puts messages back in front. */
  giveBack(batch: readonly Stored[]): void {
    this.#waiting.unshift(...batch);
    this.#bytes += sizeOf(batch);
  }

  /** Idempotent. */
  stop(): void {
    this.#end('it was stopped');
    const { connection, manager } = this.#connected;
    if (connection.isClosed()) return;
    // The server forgets it anyway, only later.
    manager.consumers.delete(this.#source.stream, this.#source.consumer).catch(() => undefined);
  }

  #start(): void {
    const { connection } = this.#connected;
    this.#subscription = connection.subscribe(`${this.#inbox}.*`, {
      callback: (error, message) => (error === null ? this.#hear(message) : this.#end(errorText(error))),
    });
    void connection.closed().then(() => this.#end('the connection is lost'));
    this.#watching = startInterval(() => this.#watch(), heartbeatMs);
    this.#watching.unref();
    this.#ask();
  }

  /** Asks for more, unless the server is at it, or enough is there. */
  #ask(): void {
    if (this.#ended !== undefined || this.#pull !== undefined || this.#bytes >= limits.batchBytes) return;
    const { connection } = this.#connected;
    const { stream, consumer } = this.#source;
    const inbox = `${this.#inbox}.${++this.#pulls}`;
    this.#pull = { inbox, received: 0 };
    this.#heardAt = performance.now();
    const request = {
      batch: batchSize,
      max_bytes: this.#pullBytes,
      expires: nanos(expiresMs),
      idle_heartbeat: nanos(heartbeatMs),
    };
    try {
      connection.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`, JSON.stringify(request), { reply: inbox });
    } catch (error) {
      this.#end(errorText(error));
    }
  }

  #hear(message: Msg): void {
    if (this.#ended !== undefined) return;
    this.#heardAt = performance.now();
    const status = message.headers?.code ?? 0;
    if (status !== 0 && message.subject.startsWith(this.#inbox)) this.#hearStatus(status, message);
    else this.#add(message);
  }

  #add(message: Msg): void {
    const { seq, delivery } = numbersOf(message);
    if (delivery !== ++this.#delivered) {
      this.#end('a message is missing');
      return;
    }
    const stored = { seq, message };
    const isFirst = this.#waiting.push(stored) === 1;
    this.#bytes += bytesOf(stored);
    if (this.#pull !== undefined && ++this.#pull.received >= batchSize) this.#answered();
    // The reader takes the first one together with those behind it.
    if (isFirst) this.#onChange();
  }

  /** @see https://github.com/nats-io/nats-architecture-and-design/blob/main/adr/ADR-37.md#status-messages */
  #hearStatus(status: number, message: Msg): void {
    const isHeartbeat = status === 100;
    if (isHeartbeat || message.subject !== this.#pull?.inbox) return;
    const description = message.headers?.description ?? '';
    const isOver = status === 404 || status === 408 || /MaxBytes|Batch Completed/i.test(description);
    if (isOver) this.#answered();
    else this.#end(`the server says ${status} ${description}`);
  }

  #answered(): void {
    this.#pull = undefined;
    this.#ask();
  }

  #watch(): void {
    if (!this.#isSilent()) return;
    // After this process was frozen, what the server said in the meantime is read first.
    setImmediate(() => {
      if (this.#isSilent()) this.#end('the server is silent');
    });
  }

  #isSilent(): boolean {
    return this.#pull !== undefined && performance.now() - this.#heardAt > silentMs;
  }

  #end(why: string): void {
    if (this.#ended !== undefined) return;
    this.#ended = why;
    clearInterval(this.#watching);
    this.#subscription?.unsubscribe();
    this.#onChange();
  }
}

/**
 * The number of a message in the stream, and among those that the consumer was sent. They are at the end of the subject for
 * its acknowledgement: `$JS.ACK.<stream>.<consumer>.<times>.<stream seq>.<consumer seq>.<time>.<pending>`, with the domain
 * and the account in front, and a token behind, on newer servers.
 */
function numbersOf({ reply = '' }: Msg): { readonly seq: number; readonly delivery: number } {
  const tokens = reply.split('.');
  const from = tokens.length >= 11 ? 7 : 5;
  return { seq: Number(tokens[from]), delivery: Number(tokens[from + 1]) };
}

/** About what a message takes here. The headers of our own are short. */
function bytesOf({ message }: Stored): number {
  return message.data.byteLength + 512;
}

function sizeOf(batch: readonly Stored[]): number {
  return batch.reduce((total, stored) => total + bytesOf(stored), 0);
}

function isAtLeast(version: string, major: number, minor: number): boolean {
  const [has = 0, and = 0] = version.split('.').map(Number);
  return has > major || (has === major && and >= minor);
}
