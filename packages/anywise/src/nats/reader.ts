import { randomUUID } from 'node:crypto';
import type { Msg } from '@nats-io/transport-node';
import { AnywiseError } from '../core/errors/errors.js';
import type { BoundedCount } from '../core/ports/bounded-count.js';
import type { Received } from '../core/ports/transport.js';
import { repeatEvery } from '../kit/interval.js';
import { hungAfterMs } from '../kit/reader.js';
import { isWantedBy, type Batch } from '../kit/subscriptions.js';
import { flush, unavailable, type Driver } from './client.js';
import { countBehind, Feed } from './feed.js';
import type { Names } from './names.js';
import { PositionRecord, type Connected } from './position.js';
import { readMessage } from './wire.js';

/** What a reader reads, and for whom. */
export interface ReaderOptions {
  readonly names: Names;
  readonly consumer: string;
  readonly types: readonly string[];
  readonly maxMessageBytes: number;
  /** Where it reads, for errors. */
  readonly place: string;
  readonly connect: () => Promise<Connected>;
  readonly driver: Driver;
  /** Called when there may be something to read. */
  readonly onChange: () => void;
  readonly onError: (error: unknown) => void;
}

/** Reads the stream for one instance of a consumer: as long as no other instance does, in order, from the position. */
export class Reader {
  readonly #options: ReaderOptions;
  readonly #nonce = randomUUID().slice(0, 13);
  readonly #position: PositionRecord;
  readonly #isWanted: ReturnType<typeof isWantedBy>;
  #feed: Feed | undefined;
  /** The connection over which it reads, and answers that it lives. */
  #connected: Connected | undefined;
  readonly #stopRenewing: () => Promise<void>;

  constructor(options: ReaderOptions) {
    this.#options = options;
    const { names, consumer, types } = options;
    this.#isWanted = isWantedBy({ consumer, types });
    this.#position = new PositionRecord({ names, consumer, types, nonce: this.#nonce });
    this.#stopRenewing = repeatEvery(async () => this.#renew(), { everyMs: hungAfterMs / 3 });
  }

  /** Makes the consumer known, so that it misses nothing from now on. */
  async join(): Promise<void> {
    await this.#position.join(await this.#options.connect());
  }

  /**
   * The next batch; `undefined` if there is none, or another instance reads.
   *
   * @throws AnywiseError (`UNAVAILABLE`) that says why nothing can be read.
   */
  async next(): Promise<Batch | undefined> {
    try {
      return await this.#next();
    } catch (error) {
      throw unavailable(this.#options.place, error);
    }
  }

  async #next(): Promise<Batch | undefined> {
    const feed = await this.#reading();
    if (feed === undefined) return undefined;
    const messages = feed.take();
    const last = messages.at(-1);
    if (last === undefined) return undefined;
    const { connect, maxMessageBytes } = this.#options;
    const received = messages.flatMap(({ seq, message }): Received[] => {
      const { kind, type } = this.#options.names.readSubject(message.subject);
      if (!this.#isWanted({ kind, type })) return [];
      const found = { kind, type, name: `Message ${seq} of the stream`, maxBytes: maxMessageBytes };
      return [readMessage(message, found)];
    });
    return {
      received,
      acknowledge: async () => this.#position.advance(await connect(), last.seq),
      giveBack: () => feed.giveBack(messages),
    };
  }

  /** How many messages wait, as the server counts them for a consumer that begins at the position. */
  async lag(limit: number): Promise<BoundedCount> {
    const connected = await this.#options.connect();
    const { names, consumer, types, driver } = this.#options;
    const after = await this.#position.at(connected);
    const waiting = await countBehind(connected, driver, { names, consumer, types, after });
    return { count: Math.min(waiting, limit), isMore: waiting > limit };
  }

  async close(): Promise<void> {
    await this.#stopRenewing();
    this.#feed?.stop();
    const connected = this.#connected;
    if (connected === undefined || connected.connection.isClosed()) return;
    await this.#position.release(connected).catch(this.#options.onError);
  }

  /** The feed, begun if this instance may read. */
  async #reading(): Promise<Feed | undefined> {
    const connected = await this.#options.connect();
    if (!this.#position.isHeld) await this.#position.renew(connected);
    const isSame = connected === this.#connected && this.#feed?.ended === undefined && this.#position.isHeld;
    if (isSame && this.#feed !== undefined) return this.#feed;
    this.#drop();
    await this.#answerOn(connected);
    const after = await this.#position.take(connected);
    if (after === undefined) return undefined;
    const { names, consumer, types, driver, onChange } = this.#options;
    this.#feed = await Feed.open(connected, driver, {
      names,
      consumer,
      types,
      after: await this.#within(connected, after),
      onChange,
    });
    return this.#feed;
  }

  /** Begins anew if the stream was made anew, with sequences that begin anew. */
  async #within({ manager }: Connected, after: number): Promise<number> {
    const { state } = await manager.streams.info(this.#options.names.stream);
    if (after <= state.last_seq) return after;
    this.#say(
      `The NATS stream \`${this.#options.names.stream}\` ends at ${state.last_seq}, but ${after} was received of it. It was made anew, and is read from its beginning.`,
    );
    return 0;
  }

  /** Says why a feed has ended, and forgets it. */
  #drop(): void {
    const ended = this.#feed?.ended;
    if (ended !== undefined) {
      this.#say(`Reading from NATS at \`${this.#options.place}\` ended and begins again: ${ended}.`);
    }
    this.#feed?.stop();
    this.#feed = undefined;
    this.#position.drop();
  }

  #say(text: string): void {
    this.#options.onError(new AnywiseError('UNAVAILABLE', text, { retryable: true }));
  }

  /** Answers other instances for as long as this connection lives. */
  async #answerOn(connected: Connected): Promise<void> {
    if (this.#connected === connected) return;
    const subject = this.#options.names.alive(this.#options.consumer, this.#nonce);
    const callback = (error: Error | null, message: Msg): void => {
      // The server may refuse this user the subject: then there is no message.
      if (error === null) message.respond();
      else this.#options.onError(error);
    };
    connected.connection.subscribe(subject, { callback });
    // The server has heard of it before it hears of the position.
    await flush(connected.connection);
    this.#connected = connected;
  }

  async #renew(): Promise<void> {
    if (this.#connected !== undefined && this.#feed?.ended === undefined) await this.#position.renew(this.#connected);
  }
}
