import { randomUUID } from 'node:crypto';
import { hungAfterMs, type PositionRecord } from '../kit/reader.js';
import { prepared, type Database } from './database.js';
import type { Statement } from './session.js';
import { channelOf } from './signal.js';
import { now, quoted } from './sql.js';

/** How often it is looked whether the instance that reads is still there. */
const probeEveryMs = 500;

/** The statements for positions. */
interface PositionStatements {
  readonly join: Statement;
  readonly take: Statement;
  readonly advance: Statement;
  readonly release: Statement;
}

/** @param schema the quoted name. */
function positionStatements(schema: string): PositionStatements {
  const consumer = `${schema}.anywise_consumer`;
  const row = 'name = $1 AND types = $2';
  return {
    // A new version of a service starts at the position of the one before; a new service starts with the oldest message
    // kept.
    join: {
      text: `
        INSERT INTO ${consumer} (name, types, position, read_at)
        VALUES ($1, $2, coalesce((SELECT max(position) FROM ${consumer} WHERE name = $1), 0), ${now})
        ON CONFLICT (name, types) DO NOTHING`,
    },
    // The server knows at once when the connection of a dead instance has ended. Its process id may be used again, and behind
    // a pooler it may live on: then the time says so.
    take: prepared(`
      UPDATE ${consumer} SET holder = $3, holder_pid = $4, read_at = ${now}
      WHERE ${row} AND (holder IN ('', $3) OR abs(read_at - ${now}) > ${hungAfterMs}
        OR ($5::boolean AND holder_pid IS NOT NULL
            AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = holder_pid)))`),
    // Its commit does not wait for the disk: if the server loses it, the messages are handed over once more.
    advance: prepared(`
      UPDATE ${consumer} SET position = greatest(position, $4), holder_pid = $5, read_at = ${now}
      FROM (SELECT set_config('synchronous_commit', 'off', true)) AS later WHERE ${row} AND holder = $3`),
    release: {
      text: `
        WITH free AS (UPDATE ${consumer} SET holder = '', holder_pid = NULL WHERE ${row} AND holder = $3 RETURNING 1)
        SELECT pg_notify($4, '') FROM free`,
    },
  };
}

/** The name of a consumer, and its version from `versionOf`. */
export type ConsumerKey = readonly [name: string, version: string];

/** What a {@link Position} is made of. */
export interface PositionOptions {
  readonly database: Database;
  /** The unquoted name. */
  readonly schema: string;
  readonly key: ConsumerKey;
  /** The server's process for a connection that lives as long as this process; `undefined` while there is none. */
  readonly pid: () => number | undefined;
}

/** How far a consumer has read, and which of its instances reads. */
export class Position implements PositionRecord {
  /** What tells this instance from the others. */
  readonly holder = randomUUID();
  readonly #options: PositionOptions;
  readonly #statements: PositionStatements;
  #probedAt = -Infinity;

  constructor(options: PositionOptions) {
    this.#options = options;
    this.#statements = positionStatements(quoted(options.schema));
  }

  async join(): Promise<void> {
    await this.#run(this.#statements.join);
  }

  async take(): Promise<boolean> {
    const probes = performance.now() - this.#probedAt > probeEveryMs;
    if (probes) this.#probedAt = performance.now();
    if ((await this.#run(this.#statements.take, this.holder, this.#pid, probes)) === 1) return true;
    // An administrator may have deleted it.
    if (probes) await this.join();
    return false;
  }

  async advance(to: number): Promise<boolean> {
    return (await this.#run(this.#statements.advance, this.holder, to, this.#pid)) === 1;
  }

  async release(): Promise<void> {
    await this.#run(this.#statements.release, this.holder, channelOf('transport', this.#options.schema));
  }

  get #pid(): number | null {
    return this.#options.pid() ?? null;
  }

  async #run(statement: Statement, ...values: readonly unknown[]): Promise<number> {
    const { database, key } = this.#options;
    return (await database.query(statement, ...key, ...values)).rowCount ?? 0;
  }
}
