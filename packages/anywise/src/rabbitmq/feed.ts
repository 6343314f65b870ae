import type { Channel, ConsumeMessage } from 'amqplib';
import { errorText } from '../core/errors/thrown.js';
import { limits } from '../core/message/limits.js';
import { countWithin } from '../kit/batches.js';
import { answered, closeChannel, replyCodeOf, type Connection } from './client.js';

const batchSize = 500;
/** How many bytes may wait here. The server limits their number only, so a feed with more is ended. */
const mostBytes = 8 * limits.batchBytes;

/** What a feed reads. */
export interface FeedOptions {
  readonly queue: string;
  /** How many messages the server sends ahead of their acknowledgement. */
  readonly prefetch: number;
  /** Called when something has arrived, or the feed has ended. */
  readonly onChange: () => void;
}

/**
 * The messages of a queue, for as long as its channel lives. Of all consumers the server sends them to one, in order. After
 * anything unusual a feed is thrown away with what waits in it, and another begins with the first message that was not
 * acknowledged.
 */
export class Feed {
  readonly #channel: Channel;
  readonly #options: FeedOptions;
  readonly #waiting: ConsumeMessage[] = [];
  #bytes = 0;
  /** The messages that came and were not acknowledged: those that wait, and those in hand. */
  #unacknowledged = 0;
  #acknowledgedTag = 0;
  #isOver = false;
  #failure: string | undefined;
  #holdsTooMuch = false;

  private constructor(channel: Channel, options: FeedOptions) {
    this.#channel = channel;
    this.#options = options;
    channel.on('error', (error) => this.#end(endingOf(error)));
    channel.on('close', () => this.#end('the connection is lost'));
  }

  /** Takes a place at the end of the line of those who wait for the queue. */
  static async open(connection: Connection, options: FeedOptions): Promise<Feed> {
    const { queue, prefetch } = options;
    const channel = await connection.channel();
    const feed = new Feed(channel, options);
    try {
      await answered(`the prefetch of the queue \`${queue}\``, channel.prefetch(prefetch));
      const consuming = channel.consume(queue, (message) => feed.#hear(message));
      await answered(`reading the queue \`${queue}\``, consuming);
      return feed;
    } catch (error) {
      await feed.stop();
      throw error;
    }
  }

  /** Whether nothing more comes. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** How many messages have come that were not acknowledged. */
  get unacknowledged(): number {
    return this.#unacknowledged;
  }

  /** Why it has ended, if it was not stopped. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Whether it has ended because the messages that came ahead take too much memory. */
  get holdsTooMuch(): boolean {
    return this.#holdsTooMuch;
  }

  /** The next messages, in order; empty if none are there. */
  take(): readonly ConsumeMessage[] {
    const next = this.#waiting.slice(0, batchSize);
    const batch = this.#waiting.splice(0, next.length === 0 ? 0 : countWithin(next, bytesOf, limits.batchBytes));
    this.#bytes -= sizeOf(batch);
    return batch;
  }

  /** Puts messages back in front. */
  giveBack(batch: readonly ConsumeMessage[]): void {
    this.#waiting.unshift(...batch);
    this.#bytes += sizeOf(batch);
  }

  /** Lets the server forget these messages, and all before them. Those of a feed that has ended come again. */
  acknowledge(last: ConsumeMessage): void {
    if (this.#isOver) return;
    this.#channel.ack(last, true);
    this.#unacknowledged -= last.fields.deliveryTag - this.#acknowledgedTag;
    this.#acknowledgedTag = last.fields.deliveryTag;
  }

  /** Gives back what was not acknowledged. Resolves when the server has heard of it, or does not answer. Idempotent. */
  async stop(): Promise<void> {
    this.#end(undefined);
    await closeChannel(this.#channel);
  }

  #hear(message: ConsumeMessage | null): void {
    if (this.#isOver) return;
    if (message === null) {
      this.#end('it was deleted, and what was in it is lost');
      return;
    }
    this.#unacknowledged++;
    const isFirst = this.#waiting.push(message) === 1;
    this.#bytes += bytesOf(message);
    if (this.#bytes > mostBytes && this.#waiting.length > 1) {
      this.#holdsTooMuch = true;
      void this.stop();
    }
    // The reader takes the first one together with those behind it.
    if (isFirst) this.#options.onChange();
  }

  #end(failure: string | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#failure = failure;
    this.#waiting.length = 0;
    this.#unacknowledged = 0;
    this.#bytes = 0;
    this.#options.onChange();
  }
}

function endingOf(error: unknown): string {
  const text = errorText(error);
  return replyCodeOf(error) === 406 && text.includes('acknowledgement')
    ? 'a batch was not received within the `consumer_timeout` of the server'
    : text;
}

/** About what a message takes here. The headers of our own are short. */
function bytesOf({ content }: ConsumeMessage): number {
  return content.byteLength + 512;
}

function sizeOf(batch: readonly ConsumeMessage[]): number {
  return batch.reduce((total, message) => total + bytesOf(message), 0);
}
