import type { Envelope } from '../core/message/envelope.js';
import { Pump } from '../kit/pump.js';
import { readDelivery } from '../kit/read-delivery.js';
import { serialise } from '../kit/wire.js';
import type { PublishFailure, Received, SubscribeOptions, Subscription, Transport } from '../core/ports/transport.js';
import { hearBell, openBell, type Bell } from './signal.js';
import { close, connect, type Connections, type OpenSqlite, type Synchronous } from './client.js';
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
  readonly trimmer: NodeJS.Timeout;
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
  readonly #subscriptions = new Set<Subscription>();
  #opened: Promise<Parts> | undefined;
  #hasRung = false;

  constructor(options: SqliteTransportOptions) {
    this.#options = options;
  }

  async publish(envelopes: readonly Envelope[]): Promise<readonly (PublishFailure | undefined)[]> {
    const { connections, writer, bell } = await this.#parts();
    const sql = `INSERT INTO message (type, kind, envelope, published_at) VALUES (?, ?, ?, ?)`;
    const serialised = serialise(envelopes);
    await writer.run(() => {
      for (const one of serialised) {
        if ('json' in one) connections.writer.run(sql, one.envelope.type, one.envelope.kind, one.json, writer.nowMs);
      }
    });
    this.#ringOnce(bell);
    return serialised.map((one) => ('json' in one ? undefined : one.failure));
  }

  async subscribe(
    { consumer, types, onError }: SubscribeOptions,
    receive: (batch: readonly Received[]) => Promise<void>,
  ): Promise<Subscription> {
    const { connections, writer } = await this.#parts();
    const key = [consumer, JSON.stringify([...types].sort())] as const;
    await writer.run(() => connections.writer.run(joinSql, ...key));
    const wanted = new Set(types);
    const turn = async (): Promise<number> => {
      const rows = connections.reader.all<LogRow>(nextSql, ...key);
      const last = rows.at(-1);
      if (last === undefined) return pollMs;
      const batch = rows.filter(({ type }) => wanted.has(type)).map(({ envelope }) => readDelivery(envelope));
      if (batch.length > 0) await receive(batch);
      // Instances of one service may read the same rows: the inbox knows duplicates, and the position only grows.
      await writer.run(() => connections.writer.run(readSql, last.seq, ...key));
      return 0;
    };
    const pump = new Pump({ turn, onError });
    const stopHearing = hearBell(this.#bellPath, () => pump.wake());
    pump.start();
    const subscription: Subscription = {
      close: async () => {
        stopHearing();
        this.#subscriptions.delete(subscription);
        await pump.stop();
      },
    };
    this.#subscriptions.add(subscription);
    return subscription;
  }

  async check(): Promise<void> {
    const { connections } = await this.#parts();
    connections.reader.get('SELECT 1 FROM message LIMIT 1');
  }

  async close(): Promise<void> {
    await Promise.all([...this.#subscriptions].map(async (subscription) => subscription.close()));
    const opened = this.#opened;
    this.#opened = undefined;
    if (opened === undefined) return;
    const { connections, writer, bell, trimmer } = await opened;
    clearInterval(trimmer);
    await writer.run(() => undefined);
    bell.close();
    close(connections);
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

  async #parts(): Promise<Parts> {
    this.#opened ??= this.#open();
    try {
      return await this.#opened;
    } catch (error) {
      this.#opened = undefined;
      throw error;
    }
  }

  async #open(): Promise<Parts> {
    const { path, open, synchronous = 'normal' } = this.#options;
    const connections = await connect({ path, open, synchronous });
    const writer = new Writer(connections.writer);
    await migrate(connections.writer, writer, transportMigrations);
    const bell = openBell(this.#bellPath);
    const trimmer = setInterval(() => void this.#trim(connections, writer), trimEveryMs);
    trimmer.unref();
    return { connections, writer, bell, trimmer };
  }

  async #trim(connections: Connections, writer: Writer): Promise<void> {
    const { retentionMs = 604_800_000, keepReadMs = 3_600_000 } = this.#options;
    try {
      while ((await writer.run(() => connections.writer.run(trimSql, retentionMs, keepReadMs))) === trimBatch);
    } catch {
      // The next round tries again; a log that is longer for a while harms nobody.
    }
  }
}
