import { sleep, startInterval } from '../core/time/timers.js';
import type { ListeningClient } from './client.js';
import type { Database } from './database.js';

/**
 * The name of a channel. A name that PostgreSQL would truncate is truncated here, which at worst wakes a process for
 * nothing.
 */
export function channelOf(what: 'store' | 'transport', schema: string): string {
  return `anywise_${what}_${Buffer.from(schema).toString('hex').slice(0, 40)}`;
}

const pauseMs = 10;

/**
 * Notifies other processes of commits. A notice is sent after the commit, not within it, because PostgreSQL serialises
 * commits with notices. Commits during a notice share the next one.
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

  /** Resolves when the pending notice has been sent. */
  async close(): Promise<void> {
    await this.#sending;
  }

  async #send(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      // A process that misses it catches up at the next poll.
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
/** How often the listening connection, on which nothing may come for hours, is asked whether it is there. */
const pingMs = 5_000;

/** @param payload what was sent; `undefined` when notices may have been missed. */
export type Heard = (payload: string | undefined) => void;

/**
 * Listens for notices on its own connection, which it makes for the first channel. A lost connection is replaced; because
 * notices may have been missed until then, each new connection counts as a notice.
 */
export class Hearing {
  readonly #database: Database;
  readonly #channels = new Map<string, Set<{ readonly heard: Heard }>>();
  readonly #closing = new AbortController();
  #running: Promise<void> | undefined;
  #client: ListeningClient | undefined;
  #pid: number | undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Listens to a channel.
   *
   * @param heard called with each notice, and once it is listened to.
   * @returns what ends it.
   */
  on(channel: string, heard: Heard): () => void {
    const listeners = this.#channels.get(channel) ?? new Set();
    const listener = { heard };
    listeners.add(listener);
    if (!this.#channels.has(channel)) {
      this.#channels.set(channel, listeners);
      this.#say(`LISTEN ${channel}`, () => heard(undefined));
    }
    this.#running ??= this.#run();
    return () => {
      if (!listeners.delete(listener) || listeners.size > 0) return;
      this.#channels.delete(channel);
      this.#say(`UNLISTEN ${channel}`);
    };
  }

  /** The server's process for the connection; `undefined` while there is none. */
  get pid(): number | undefined {
    return this.#pid;
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#client?.end().catch(() => undefined);
    await this.#running;
  }

  /** Has no effect while there is no connection: each new one listens to all channels. */
  #say(sql: string, said: () => void = () => undefined): void {
    this.#client?.query(sql).then(said, () => undefined);
  }

  #hear(channel: string, payload: string | undefined): void {
    for (const { heard } of this.#channels.get(channel) ?? []) heard(payload);
  }

  async #run(): Promise<void> {
    let pauseMs = firstPauseMs;
    while (!this.#closing.signal.aborted) {
      const connected = await this.#listen();
      pauseMs = connected ? firstPauseMs : Math.min(pauseMs * 2, maxPauseMs);
      await sleep(pauseMs * (0.5 + Math.random() / 2), {
        signal: this.#closing.signal,
        keepsAlive: false,
      }).catch(() => undefined);
    }
  }

  /** Resolves when the connection has ended: with `true` if there was one. */
  async #listen(): Promise<boolean> {
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const notice = (channel: string, payload: string | undefined): void => this.#hear(channel, payload);
    const client = this.#database.listeningClient({ notice, end });
    const listen = async (): Promise<void> => {
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      for (const channel of this.#channels.keys()) await client.query(`LISTEN ${channel}`);
      this.#pid = rows[0]?.pid;
    };
    const ping = startInterval(() => void listen().catch(end), pingMs);
    this.#client = client;
    try {
      // A client that is ended while it connects leaves `connect` pending.
      await Promise.race([client.connect(), ended]);
      await listen();
      if (this.#closing.signal.aborted) return true;
      for (const channel of this.#channels.keys()) this.#hear(channel, undefined);
      await ended;
      return true;
    } catch {
      return false;
    } finally {
      clearInterval(ping);
      this.#client = undefined;
      this.#pid = undefined;
      await client.end().catch(() => undefined);
    }
  }
}
