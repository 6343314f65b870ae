import { setTimeout as sleep } from 'node:timers/promises';
import type { ListeningClient } from './client.js';
import type { Database } from './database.js';

/** Names what is listened to. A name that PostgreSQL would cut off is cut here, which at worst wakes a process for nothing. */
export function channelOf(what: 'store' | 'transport', schema: string): string {
  return `anywise_${what}_${Buffer.from(schema).toString('hex').slice(0, 40)}`;
}

const pauseMs = 10;

/**
 * Tells other processes of commits. A notice is sent after the commit and not within, because commits with notices wait for
 * each other in PostgreSQL. What commits while one is on its way shares the next.
 */
export class Notifier {
  readonly #database: Database;
  readonly #channel: string;
  readonly #sender: string;
  #sending: Promise<void> | undefined;
  #again = false;

  constructor(database: Database, channel: string, sender: string) {
    this.#database = database;
    this.#channel = channel;
    this.#sender = sender;
  }

  notify(): void {
    this.#again = true;
    this.#sending ??= this.#send();
  }

  /** Resolves when what is on its way has been sent. */
  async close(): Promise<void> {
    await this.#sending;
  }

  async #send(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      // A process that misses it finds out at the next poll.
      await this.#database
        .query({ text: 'SELECT pg_notify($1, $2)' }, this.#channel, this.#sender)
        .catch(() => undefined);
      await sleep(pauseMs);
    }
    this.#sending = undefined;
  }
}

const firstPauseMs = 200;
const maxPauseMs = 10_000;

/**
 * Hears notices on a connection of its own. A lost connection is made again; as notices may have been missed until then,
 * each new one counts as a notice.
 */
export class Hearing {
  readonly #database: Database;
  readonly #channel: string;
  readonly #heard: (sender: string | undefined) => void;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  #client: ListeningClient | undefined;

  /** @param heard told who sent the notice; `undefined` after each new connection. */
  constructor(database: Database, channel: string, heard: (sender: string | undefined) => void) {
    this.#database = database;
    this.#channel = channel;
    this.#heard = heard;
    this.#running = this.#run();
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#client?.end().catch(() => undefined);
    await this.#running;
  }

  async #run(): Promise<void> {
    let pauseMs = firstPauseMs;
    while (!this.#closing.signal.aborted) {
      const connected = await this.#listen();
      pauseMs = connected ? firstPauseMs : Math.min(pauseMs * 2, maxPauseMs);
      await sleep(pauseMs * (0.5 + Math.random() / 2), undefined, {
        signal: this.#closing.signal,
        ref: false,
      }).catch(() => undefined);
    }
  }

  /** Resolves when the connection has ended: with `true` if there was one. */
  async #listen(): Promise<boolean> {
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const client = this.#database.listeningClient({ notice: this.#heard, end });
    try {
      await client.connect();
      await client.query(`LISTEN ${this.#channel}`);
      if (this.#closing.signal.aborted) return true;
      this.#client = client;
      this.#heard(undefined);
      await ended;
      return true;
    } catch {
      return false;
    } finally {
      this.#client = undefined;
      await client.end().catch(() => undefined);
    }
  }
}
