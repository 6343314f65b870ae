import type { Envelope } from '../core/message/envelope.js';
import { repeatEvery, whileFull } from '../kit/interval.js';
import { Opened } from '../kit/opened.js';
import { Subscriptions, type Batch } from '../kit/subscriptions.js';
import { publishTogether, readEnvelope } from '../kit/wire.js';
import type { PublishFailure, Received, SubscribeOptions, Subscription, Transport } from '../core/ports/transport.js';
import { hearBell, openBell, type Bell } from './signal.js';
import { connect, disconnect, type Connections, type OpenSqlite, type Synchronous } from './client.js';
import { migrate, now, transportMigrations } from './schema.js';
import { Writer } from './writer.js';

export interface SqliteTransportOptions {
  /** The database file that the services of this machine share; its folder is made where it is missing. */
  readonly path: string;
  /** @defaultValue `normal` */
  readonly synchronous?: Synchronous;
  /** How long a message is kept for services that have not read it. @defaultValue 604_800_000 (7 days) */
  readonly retentionMs?: number;
  /** How long a message is kept after all known services have read it, for services that join. @defaultValue 3_600_000 (1 hour) */
  readonly keepReadMs?: number;
  /** The SQLite library. @defaultValue `node:sqlite` where it is safe, else `@photostructure/sqlite` */
  readonly open?: OpenSqlite;
}

const batchSize = 500;
const pollMs = 250;
const trimEveryMs = 60_000;
const trimBatch = 5_000;

/** A new version of a service goes on where the one before it is; a new service begins with the oldest message kept. */
const joinSql = `
  INSERT OR IGNORE INTO consumer (name, types, position, read_at)
  VALUES (?1, ?2, coalesce((SELECT max(position) FROM consumer WHERE name = ?1), 0), ${now})`;

const nextSql = `
  SELECT seq, type, envelope FROM message
  WHERE seq > (SELECT position FROM consumer WHERE name = ? AND types = ?) ORDER BY seq LIMIT ${batchSize}`;

const readSql = `UPDATE consumer SET position = max(position, ?), read_at = ${now} WHERE name = ? AND types = ?`;

/**
 * The position of a version that reads no more and was overtaken by another holds nothing back. Commands are kept for whoever
 * owns them, who may never have run yet.
 */
const trimSql = `
  DELETE FROM message WHERE seq IN (
    SELECT seq FROM message
    WHERE published_at < ${now} - ?1
       OR (published_at < ${now} - ?2 AND kind <> 'command' AND seq <= (
            SELECT min(position) FROM consumer AS reader
            WHERE read_at > ${now} - ?2
               OR NOT EXISTS (SELECT 1 FROM consumer WHERE name = reader.name AND position > reader.position)))
    ORDER BY seq LIMIT ${trimBatch})`;

/** Moves messages between the processes of one machine through an SQLite file: a log, and a position for each service. */
export function sqliteTransport(options: SqliteTransportOptions): Transport {
  return new SqliteTransport(options);
}

interface Parts {
  readonly connections: Connections;
  readonly writer: Writer;
  readonly bell: Bell;
  readonly stopTrimming: () => Promise<void>;
}

interface LogRow {
  readonly seq: number;
  readonly type: string;
  readonly envelope: string;
}

class SqliteTransport implements Transport {
  readonly name = 'sqlite';
  readonly capabilities = { durable: true, ordered: true, history: true, acrossProcesses: true };
  readonly #options: SqliteTransportOptions;
  readonly #subscriptions = new Subscriptions();
  readonly #opened = new Opened<Parts>({ open: () => this.#open(), close: (parts) => this.#close(parts) });
  #stopHearing: (() => void) | undefined;
  #hasRung = false;

  constructor(options: SqliteTransportOptions) {
    this.#options = options;
  }

  async publish(envelopes: readonly Envelope[]): Promise<readonly (PublishFailure | undefined)[]> {
    const { connections, writer, bell } = await this.#opened.get();
    const sql = `INSERT INTO message (type, kind, envelope, published_at) VALUES (?, ?, ?, ?)`;
    return publishTogether(envelopes, async (written) => {
      await writer.run(() => {
        for (const { envelope, json } of written) {
          connections.writer.run(sql, envelope.type, envelope.kind, json, writer.nowMs);
        }
      });
      this.#ringOnce(bell);
    });
  }

  async subscribe(
    { consumer, types, onError }: SubscribeOptions,
    receive: (batch: readonly Received[]) => Promise<void>,
  ): Promise<Subscription> {
    const { connections, writer } = await this.#opened.get();
    const key = [consumer, JSON.stringify([...types].sort())] as const;
    await writer.run(() => connections.writer.run(joinSql, ...key));
    const wanted = new Set(types);
    const next = async (): Promise<Batch | undefined> => {
      const rows = connections.reader.all<LogRow>(nextSql, ...key);
      const last = rows.at(-1);
      if (last === undefined) return undefined;
      return {
        received: rows.filter(({ type }) => wanted.has(type)).map(({ envelope }) => readEnvelope(envelope)),
        // Instances of one service may read the same rows: the inbox knows duplicates, and the position only grows.
        acknowledge: () => writer.run(() => connections.writer.run(readSql, last.seq, ...key)),
      };
    };
    this.#stopHearing ??= hearBell(this.#bellPath, () => this.#subscriptions.wake());
    return this.#subscriptions.open({ next, receive, onError, pollMs });
  }

  async check(): Promise<void> {
    const { connections } = await this.#opened.get();
    connections.reader.get('SELECT 1 FROM message LIMIT 1');
  }

  async close(): Promise<void> {
    this.#stopHearing?.();
    this.#stopHearing = undefined;
    await this.#subscriptions.close();
    await this.#opened.close();
  }

  /** Calls that shared a commit come here one right after the other. */
  #ringOnce(bell: Bell): void {
    if (this.#hasRung) return;
    this.#hasRung = true;
    queueMicrotask(() => (this.#hasRung = false));
    bell.ring();
  }

  get #bellPath(): string {
    return `${this.#options.path}-bell`;
  }

  async #open(): Promise<Parts> {
    const { path, open, synchronous = 'normal' } = this.#options;
    const connections = await connect({ path, open, synchronous });
    const writer = new Writer(connections.writer);
    await migrate(connections.writer, writer, transportMigrations);
    const bell = openBell(this.#bellPath);
    const stopTrimming = repeatEvery((stop) => this.#trim(connections, writer, stop), { everyMs: trimEveryMs });
    return { connections, writer, bell, stopTrimming };
  }

  async #close({ connections, writer, bell, stopTrimming }: Parts): Promise<void> {
    await stopTrimming();
    await writer.run(() => undefined);
    bell.close();
    disconnect(connections);
  }

  #trim(connections: Connections, writer: Writer, stop: AbortSignal): Promise<void> {
    const { retentionMs = 604_800_000, keepReadMs = 3_600_000 } = this.#options;
    const trim = (): number => connections.writer.run(trimSql, retentionMs, keepReadMs);
    return whileFull(trimBatch, () => writer.run(trim), stop);
  }
}
