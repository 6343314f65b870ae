import { randomUUID } from 'node:crypto';
import { holderName, isDeadHolder } from '../kit/lease-holder.js';
import { hungAfterMs, type PositionRecord } from '../kit/reader.js';
import type { Database } from './database.js';
import { now } from './sql.js';

/** The row of a consumer, given by its name and its version. */
const row = 'name = ?1 AND types = ?2';

/** The statements for positions. */
export const positionStatements = {
  /**
   * A new version of a service starts at the position of the one before; a new service starts with the oldest message kept.
   */
  join: `
    INSERT OR IGNORE INTO anywise_consumer (name, types, position, read_at)
    VALUES (?1, ?2, coalesce((SELECT max(position) FROM anywise_consumer WHERE name = ?1), 0), ${now})`,
  find: `SELECT holder, read_at AS readAt, abs(read_at - ${now}) > ${hungAfterMs} AS hangs FROM anywise_consumer WHERE ${row}`,
  take: `UPDATE anywise_consumer SET holder = ?3, read_at = ${now} WHERE ${row} AND holder = ?4 AND read_at = ?5`,
  advance: `
    UPDATE anywise_consumer SET position = max(position, ?4), read_at = ${now} WHERE ${row} AND holder = ?3`,
  release: `UPDATE anywise_consumer SET holder = '' WHERE ${row} AND holder = ?3`,
} as const;

interface Found {
  readonly holder: string;
  readonly readAt: number;
  readonly hangs: number;
}

/** The name of a consumer, and its version from `versionOf`. */
export type ConsumerKey = readonly [name: string, version: string];

/** How far a consumer has read, and which of its instances reads. */
export class Position implements PositionRecord {
  /** What tells this instance from the others, and whether it is dead. */
  readonly holder = holderName(randomUUID());
  readonly #database: Database;
  readonly #key: ConsumerKey;

  constructor(database: Database, key: ConsumerKey) {
    this.#database = database;
    this.#key = key;
  }

  async join(): Promise<void> {
    await this.#write(positionStatements.join);
  }

  async take(): Promise<boolean> {
    const found = this.#database.connections.reader.get<Found>(positionStatements.find, ...this.#key);
    if (found === undefined) {
      await this.join();
      return false;
    }
    const { holder, readAt, hangs } = found;
    const isFree = holder === '' || holder === this.holder || hangs === 1 || isDeadHolder(holder);
    return isFree && (await this.#write(positionStatements.take, this.holder, holder, readAt)) === 1;
  }

  async advance(to: number): Promise<boolean> {
    return (await this.#write(positionStatements.advance, this.holder, to)) === 1;
  }

  async release(): Promise<void> {
    await this.#write(positionStatements.release, this.holder);
  }

  #write(sql: string, ...values: readonly (string | number)[]): Promise<number> {
    const { connections, writer } = this.#database;
    return writer.run(() => connections.writer.run(sql, ...this.#key, ...values));
  }
}
