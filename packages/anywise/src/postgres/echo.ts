import { randomBytes } from 'node:crypto';
import { AnywiseError } from '../core/errors/errors.js';
import { sleep } from '../core/time/timers.js';
import type { ListeningClient } from './client.js';
import type { Database } from './database.js';

/** How long a notice may take to come back. */
const echoMs = 10_000;

/**
 * Finds out whether notices that other connections send reach a listening one. They do not where a pooler gives each
 * transaction another connection of the server, nor where it listens to another database.
 */
export class Echo {
  readonly #database: Database;
  readonly #channel = `anywise_echo_${randomBytes(8).toString('hex')}`;
  #heard: () => void = () => undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Takes each notice of the connection. */
  hear(channel: string): void {
    if (channel === this.#channel) this.#heard();
  }

  /**
   * Resolves with `false` if a notice has not come back in time; rejects if none could be sent.
   *
   * @param signal ends the wait: what was not heard until then counts as heard.
   */
  async comesBack(client: ListeningClient, signal: AbortSignal): Promise<boolean> {
    const heard = new Promise<boolean>((resolve) => (this.#heard = () => resolve(true)));
    await client.query(`LISTEN ${this.#channel}`);
    await this.#database.query({ text: 'SELECT pg_notify($1, $2)' }, this.#channel, '');
    const timeIsUp = sleep(echoMs, { signal, keepsAlive: false }).then(
      () => false,
      () => true,
    );
    const isHeard = await Promise.race([heard, timeIsUp]);
    await client.query(`UNLISTEN ${this.#channel}`);
    return isHeard;
  }
}

/** What to tell of a connection over which no notices come. */
export function noNotices(place: string): AnywiseError {
  return new AnywiseError(
    'NO_NOTICES',
    `Notices of the PostgreSQL database \`${place}\` do not arrive, as behind PgBouncer in transaction mode, so what other processes do is noticed at the next poll. Pass a direct connection to the same database as \`listenUrl\`.`,
    { retryable: true },
  );
}
