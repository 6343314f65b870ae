import type { WrittenEnvelope } from '../kit/wire.js';
import { prepared, type Database, type Statement } from './database.js';
import { channelOf } from './signal.js';
import { now, quoted } from './schema.js';

/**
 * Adds messages to the log, one publisher after the other: a number is only taken when whoever had the one before has
 * committed. So a reader that has seen a number has seen, or can see, every lower one.
 */
function publishSql(schema: string): string {
  return `
    WITH turn AS MATERIALIZED (SELECT pg_advisory_xact_lock(hashtextextended($1, 0))),
    added AS (
      INSERT INTO ${quoted(schema)}.anywise_message (type, kind, envelope, published_at)
      SELECT type, kind, envelope, ${now}
      FROM turn, ROWS FROM (unnest($2::text[]), unnest($3::text[]), json_array_elements_text($4::json)) WITH ORDINALITY
        AS message (type, kind, envelope, n)
      ORDER BY n
      RETURNING 1)
    SELECT pg_notify($5, '') FROM (SELECT count(*) FROM added) AS done`;
}

/** The lock under which numbers of a log are taken. */
export function logLock(schema: string): string {
  return `anywise-log:${schema}`;
}

interface Waiting {
  readonly written: readonly WrittenEnvelope[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Publishes for this process: what is asked for while a statement is on its way shares the next. */
export class Publisher {
  readonly #database: Database;
  readonly #statement: Statement;
  readonly #lock: string;
  readonly #channel: string;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;

  constructor(database: Database, schema: string) {
    this.#database = database;
    this.#statement = prepared(publishSql(schema));
    this.#lock = logLock(schema);
    this.#channel = channelOf('transport', schema);
  }

  /** Resolves when all of these are committed. */
  publish(written: readonly WrittenEnvelope[]): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      this.#waiting.push({ written, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when nothing is on its way. */
  async close(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      try {
        const rows = group.flatMap(({ written }) => written);
        const types = rows.map(({ envelope }) => envelope.type);
        const kinds = rows.map(({ envelope }) => envelope.kind);
        // As an array of PostgreSQL's, in which each quote is escaped too, it takes a third longer.
        const envelopes = JSON.stringify(rows.map(({ json }) => json));
        await this.#database.query(this.#statement, this.#lock, types, kinds, envelopes, this.#channel);
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#running = undefined;
  }
}
