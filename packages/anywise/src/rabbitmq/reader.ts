import { createHash } from 'node:crypto';
import type { ConsumeMessage } from 'amqplib';
import type { BoundedCount } from '../core/ports/bounded-count.js';
import type { Received } from '../core/ports/transport.js';
import { repeatEvery } from '../kit/interval.js';
import type { Batch } from '../kit/subscriptions.js';
import { answered, closeChannel, unavailable, type Connection, type Link } from './client.js';
import { Feed } from './feed.js';
import { Line } from './line.js';
import { ensureExchange, ensureQueue, rebindMs, type TopologyOptions, type WantedQueue } from './topology.js';
import { readMessage } from './wire.js';

/** How many messages come ahead; fewer for a while after they were large. */
const mostAhead = 1_000;
const fewerMs = 60_000;

/** What a reader reads, and for whom. */
export interface ReaderOptions extends TopologyOptions {
  readonly consumer: string;
  readonly types: readonly string[];
  readonly maxMessageBytes: number;
  readonly link: Link;
  /** Called when there may be something to read. */
  readonly onChange: () => void;
  readonly onError: (error: unknown) => void;
}

/** Reads the queue of a service for one of its instances, as long as the server sends it the messages. */
export class Reader {
  readonly #options: ReaderOptions;
  readonly #queue: WantedQueue;
  readonly #line: Line;
  readonly #stopBinding: () => Promise<void>;
  #feed: Feed | undefined;
  #closed = false;
  #ahead = mostAhead;
  #fewerSince = 0;

  constructor(options: ReaderOptions) {
    this.#options = options;
    const { names, consumer, types, onError } = options;
    this.#queue = { name: names.queueOf(consumer), bindings: names.bindingsOf(consumer, types) };
    this.#line = new Line({ names, consumer, types, onError });
    // An exchange that was deleted takes its bindings along, and its readers are not told.
    this.#stopBinding = repeatEvery(() => this.#bindAgain(), { everyMs: rebindMs, onError });
  }

  /** Makes the consumer known, so that it misses nothing from now on, and takes a place in its line. */
  async join(): Promise<void> {
    await this.#reading();
    const { names, consumer, link } = this.#options;
    const channel = await (await link.get()).confirmChannel();
    channel.publish(names.exchange, names.joinedKey(consumer), Buffer.from(''), { persistent: true });
    await answered('the beginning of a subscription', channel.waitForConfirms());
    void closeChannel(channel);
  }

  /** The next batch; `undefined` if there is none, or another instance reads. */
  async next(): Promise<Batch | undefined> {
    const feed = await this.#reading();
    const messages = await this.#mine(feed, feed.take());
    const last = messages.at(-1);
    if (last === undefined) return undefined;
    return {
      received: messages.filter((message) => !this.#line.isWord(message)).map((message) => this.#read(message)),
      acknowledge: () => this.#acknowledge(feed, last),
      giveBack: () => feed.giveBack(messages),
    };
  }

  /** @throws if the queue cannot be used. */
  async check(connection: Connection): Promise<void> {
    const { name } = this.#queue;
    await connection.onChannel(`a look at the queue \`${name}\``, (channel) => channel.checkQueue(name));
  }

  /** How many messages are in the queue, and here. The server does not tell what other instances have in hand. */
  async lag(limit: number): Promise<BoundedCount> {
    const { name } = this.#queue;
    const connection = await this.#options.link.get();
    const { messageCount } = await connection.onChannel(`a look at the queue \`${name}\``, (channel) =>
      channel.checkQueue(name),
    );
    const waiting = messageCount + (this.#feed?.unacknowledged ?? 0);
    return { count: Math.min(waiting, limit), isMore: waiting > limit };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#stopBinding();
    await this.#feed?.stop();
  }

  async #acknowledge(feed: Feed, last: ConsumeMessage): Promise<void> {
    feed.acknowledge(last);
    const isOver = this.#ahead < mostAhead && performance.now() - this.#fewerSince > fewerMs;
    if (isOver) await feed.stop();
  }

  #read(message: ConsumeMessage): Received {
    const { exchange, routingKey } = message.fields;
    // What was put into the queue past the exchange has no routing key of ours.
    const said = exchange === this.#options.names.exchange ? this.#options.names.readKey(routingKey) : {};
    const maxBytes = this.#options.maxMessageBytes;
    // Only of what is too large the name is kept.
    const name = message.content.byteLength > maxBytes ? `Message ${nameOf(message)}` : 'A message';
    return readMessage(message, { ...said, name, maxBytes });
  }

  /** Those from the beginning that this instance takes. Before the first that another may want, it leaves its place. */
  async #mine(feed: Feed, messages: readonly ConsumeMessage[]): Promise<readonly ConsumeMessage[]> {
    const end = messages.findIndex((message) => !this.#line.takes(message));
    const foreign = messages[end];
    if (foreign === undefined) return messages;
    if (end > 0) {
      feed.giveBack(messages.slice(end));
      return messages.slice(0, end);
    }
    if (!this.#line.leavesBefore(foreign)) return this.#mine(feed, messages);
    await feed.stop();
    await this.#reading();
    return [];
  }

  /** The feed, begun anew if it has ended. */
  async #reading(): Promise<Feed> {
    if (this.#feed?.isOver === false) return this.#feed;
    this.#drop();
    const connection = await this.#options.link.get();
    await this.#bind(connection);
    const { onChange } = this.#options;
    const feed = await Feed.open(connection, { queue: this.#queue.name, prefetch: this.#ahead, onChange });
    this.#feed = feed;
    if (this.#closed) await feed.stop();
    return feed;
  }

  /** Says why the feed has ended, and forgets it. */
  #drop(): void {
    const feed = this.#feed;
    this.#feed = undefined;
    if (feed?.holdsTooMuch === true) {
      this.#ahead = Math.max(1, Math.floor(this.#ahead / 8));
      this.#fewerSince = performance.now();
    } else if (performance.now() - this.#fewerSince > fewerMs) this.#ahead = mostAhead;
    if (feed?.failure !== undefined) {
      this.#options.onError(new Error(`Reading the queue \`${this.#queue.name}\` begins again: ${feed.failure}.`));
    }
  }

  async #bindAgain(): Promise<void> {
    if (this.#feed?.isOver !== false) return;
    try {
      await this.#bind(await this.#options.link.get());
    } catch (error) {
      throw unavailable(this.#options.link.place, error);
    }
  }

  async #bind(connection: Connection): Promise<void> {
    await ensureExchange(connection, this.#options);
    await ensureQueue(connection, this.#queue, this.#options);
  }
}

/** The same for each service, and whenever it comes. */
function nameOf({ content, properties }: ConsumeMessage): string {
  const id: unknown = properties.messageId;
  return typeof id === 'string' ? id : createHash('sha256').update(content).digest('hex').slice(0, 16);
}
