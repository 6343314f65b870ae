import type { Received } from '../core/ports/transport.js';
import { repeatEvery } from './interval.js';
import type { Batch } from './subscriptions.js';

/** A reader that lives but does nothing for so long has stopped. It renews its record three times as often. */
export const hungAfterMs = 6_000;

/** The record of how far a consumer has read, and which of its instances reads. */
export interface PositionRecord {
  /** Makes the consumer known, if it is not. */
  join(): Promise<unknown>;
  /** Takes over if no other instance reads, or if the one that did is dead or hangs. `true` if this instance reads. */
  take(): Promise<boolean>;
  /** Moves on, never back, and shows the others that this instance reads. `false` if another one has taken over. */
  advance(to: number): Promise<boolean>;
  /** Lets the next instance read at once. */
  release(): Promise<unknown>;
}

/** What is read at once. */
export interface ReadPage {
  readonly received: readonly Received[];
  /** Up to where the consumer has read with it. */
  readonly last: number;
}

/** What a {@link Reader} is made of. */
export interface ReaderOptions {
  readonly position: PositionRecord;
  /** Reads behind the position; `undefined` if nothing is there, or if another instance has taken over. */
  readonly read: () => Promise<ReadPage | undefined>;
  /** Called when the record could not be renewed or released: another instance takes over later. */
  readonly onError: (error: unknown) => void;
}

/**
 * Reads for one instance of a consumer, as long as no other one does. Two that read the same deliver each message twice, which
 * the inbox notices, so nothing depends on it but the work.
 */
export class Reader {
  readonly #options: ReaderOptions;
  readonly #stopRenewing: () => Promise<void>;
  #reads = false;
  #shownAt = 0;
  #closing: Promise<void> | undefined;

  constructor(options: ReaderOptions) {
    this.#options = options;
    const { onError } = options;
    this.#stopRenewing = repeatEvery(() => this.#renew(), { everyMs: hungAfterMs / 3, onError });
  }

  /** Whether this instance reads, as far as it knows. */
  get reads(): boolean {
    return this.#reads;
  }

  /** The next batch; `undefined` if there is none, or another instance reads. */
  async next(): Promise<Batch | undefined> {
    const { position, read } = this.#options;
    if (!this.#reads && !this.#note(await position.take())) return undefined;
    const page = await read();
    if (page === undefined) return undefined;
    return { received: page.received, acknowledge: async () => this.#note(await position.advance(page.last)) };
  }

  /** Reads no more, and lets another instance begin. Idempotent. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    const { position, onError } = this.#options;
    await this.#stopRenewing();
    if (this.#reads) await Promise.resolve(position.release()).catch(onError);
    this.#reads = false;
  }

  /** However long a batch is in hand, the others see that this instance lives. */
  async #renew(): Promise<void> {
    const isFresh = performance.now() - this.#shownAt < hungAfterMs / 3;
    if (this.#reads && !isFresh) this.#note(await this.#options.position.advance(0));
  }

  #note(reads: boolean): boolean {
    this.#shownAt = performance.now();
    this.#reads = reads;
    return reads;
  }
}
