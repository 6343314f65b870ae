import { sleep, startInterval } from '../core/time/timers.js';
import type { AnywiseError } from '../core/errors/errors.js';
import type { ListeningClient } from './client.js';
import type { Database } from './database.js';
import { Echo, noNotices } from './echo.js';

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

/** Told why notices do not arrive. */
export type Deaf = (error: AnywiseError) => void;

/**
 * Listens for notices on its own connection, which it makes for the first channel. A lost connection is replaced. Because
 * notices may be missed meanwhile, its loss counts as a notice, and so does each new connection.
 */
export class Hearing {
  readonly #database: Database;
  readonly #echo: Echo;
  readonly #channels = new Map<string, Set<{ readonly heard: Heard }>>();
  readonly #closing = new AbortController();
  #running: Promise<void> | undefined;
  #client: ListeningClient | undefined;
  readonly #onDeaf = new Set<{ readonly tell: Deaf }>();
  #pid: number | undefined;
  #hears = false;
  #deaf: AnywiseError | undefined;

  constructor(database: Database) {
    this.#database = database;
    this.#echo = new Echo(database);
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
    this.#channels.set(channel, listeners);
    // For a channel that others have as well it only says when that is listened to.
    this.#say(`LISTEN ${channel}`, () => heard(undefined));
    this.#running ??= this.#run();
    return () => {
      if (!listeners.delete(listener) || listeners.size > 0) return;
      this.#channels.delete(channel);
      this.#say(`UNLISTEN ${channel}`);
    };
  }

  /** The server's process that ends with the connection; `undefined` while there is none, as behind a pooler. */
  get pid(): number | undefined {
    return this.#pid;
  }

  /** Whether notices arrive, as far as is known: a connection that is silently gone is found within seconds. */
  get hears(): boolean {
    return this.#hears;
  }

  /** Tells once if notices turn out not to arrive. Returns what ends it. */
  onDeaf(tell: Deaf): () => void {
    const listener = { tell };
    this.#onDeaf.add(listener);
    if (this.#deaf !== undefined) tell(this.#deaf);
    return () => void this.#onDeaf.delete(listener);
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

  #hearAll(): void {
    for (const channel of this.#channels.keys()) this.#hear(channel, undefined);
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
    const notice = (channel: string, payload: string | undefined): void => {
      this.#echo.hear(channel);
      this.#hear(channel, payload);
    };
    const client = this.#database.listeningClient({ notice, end });
    const listen = async (): Promise<void> => {
      const listens = [...this.#channels.keys()].map((channel) => `LISTEN ${channel}`);
      const answers = await client.query<{ pid: number }>(['SELECT pg_backend_pid() AS pid', ...listens].join('; '));
      // Of several statements each has an answer. Behind a pooler it is another one, which may serve others and live on.
      const pid = [answers].flat()[0]?.rows[0]?.pid;
      this.#pid = pid === client.processID ? pid : undefined;
    };
    const ping = startInterval(() => void listen().catch(end), pingMs);
    this.#client = client;
    let wasThere = false;
    try {
      // A client that is ended while it connects leaves `connect` pending.
      await Promise.race([client.connect(), ended]);
      await listen();
      if (this.#closing.signal.aborted) return true;
      wasThere = true;
      this.#hearAll();
      void this.#findDeaf(client);
      await ended;
      return true;
    } catch {
      return false;
    } finally {
      clearInterval(ping);
      this.#client = undefined;
      this.#hears = false;
      this.#pid = undefined;
      if (wasThere && !this.#closing.signal.aborted) this.#hearAll();
      await client.end().catch(() => undefined);
    }
  }

  /** A direct connection by the same URL hears what its database says. */
  async #findDeaf(client: ListeningClient): Promise<void> {
    if (this.#deaf !== undefined) return;
    const isDirect = this.#pid !== undefined && !this.#database.listensElsewhere;
    // Without an answer from the server there is nothing to say, and the next connection asks again.
    const isHeard = isDirect || (await this.#echo.comesBack(client, this.#closing.signal).catch(() => undefined));
    if (isHeard === false) this.#tellDeaf();
    this.#hears = isHeard === true && this.#client === client;
  }

  #tellDeaf(): void {
    // Another connection may have found out first.
    if (this.#deaf !== undefined) return;
    this.#deaf = noNotices(this.#database.place);
    for (const { tell } of this.#onDeaf) tell(this.#deaf);
  }
}
