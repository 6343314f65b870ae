import type { Envelope } from '../core/message/envelope.js';
import { Pump } from '../kit/pump.js';
import { readDelivery } from '../kit/read-delivery.js';
import type { PublishFailure, Received, SubscribeOptions, Subscription, Transport } from '../core/ports/transport.js';
import type { PostgresConnection } from './client.js';
import type { Database } from './database.js';
import { logStatements, trimBatch, type LogStatements } from './log.js';
import { Hearing, channelOf } from './signal.js';
import { openMigrated, usable } from './open.js';
import { Publisher } from './publisher.js';
import { quoted, transportMigrations } from './schema.js';

export interface PostgresTransportOptions extends PostgresConnection {
  /** Where the log is; made where it is missing. Services that meet here name the same. @defaultValue `anywise` */
  readonly schema?: string | undefined;
  /** How long a message is kept for services that have not read it. @defaultValue 604_800_000 (7 days) */
  readonly retentionMs?: number;
  /** How long a message is kept after all known services have read it, for services that join. @defaultValue 3_600_000 (1 hour) */
  readonly keepReadMs?: number;
}

export const defaultTransportSchema = 'anywise';

/** One reads and one publishes, one joins, trims or checks, and one is spare. */
const defaultMaxConnections = 4;

const pollMs = 1_000;
const trimEveryMs = 60_000;

/** Moves messages through a PostgreSQL database: a log, and a position for each service. */
export function postgresTransport(options: PostgresTransportOptions = {}): Transport {
  return new PostgresTransport(options);
}

interface Parts {
  readonly database: Database;
  readonly publisher: Publisher;
  readonly trimmer: NodeJS.Timeout;
}

interface LogRow {
  readonly seq: number;
  /** `null` where its type was not asked for. */
  readonly envelope: string | null;
}

class PostgresTransport implements Transport {
  readonly name = 'postgres';
  readonly capabilities = { durable: true, ordered: true, history: true, acrossProcesses: true };
  readonly #options: PostgresTransportOptions;
  readonly #schema: string;
  readonly #statements: LogStatements;
  readonly #subscriptions = new Set<Subscription>();
  readonly #pumps = new Set<Pump>();
  #opened: Promise<Parts> | undefined;
  #hearing: Hearing | undefined;

  constructor(options: PostgresTransportOptions) {
    this.#options = { ...options, maxConnections: options.maxConnections ?? defaultMaxConnections };
    this.#schema = options.schema ?? defaultTransportSchema;
    this.#statements = logStatements(quoted(this.#schema));
  }

  async publish(envelopes: readonly Envelope[]): Promise<readonly (PublishFailure | undefined)[]> {
    const { publisher } = await this.#parts();
    return publisher.publish(envelopes);
  }

  async subscribe(
    { consumer, types, onError }: SubscribeOptions,
    receive: (batch: readonly Received[]) => Promise<void>,
  ): Promise<Subscription> {
    const { database } = await this.#parts();
    const { join, next, read } = this.#statements;
    const key = [consumer, JSON.stringify([...types].sort())];
    await database.query(join, ...key);
    const turn = async (): Promise<number> => {
      const { rows } = await database.queryByIndex<LogRow>(next, ...key, types);
      const last = rows.at(-1);
      if (last === undefined) return pollMs;
      const batch = rows.flatMap(({ envelope }) => (envelope === null ? [] : [readDelivery(envelope)]));
      if (batch.length > 0) await receive(batch);
      // Instances of one service may read the same rows: the inbox knows duplicates, and the position only grows.
      await database.query(read, ...key, last.seq);
      return 0;
    };
    const pump = new Pump({ turn, onError });
    this.#pumps.add(pump);
    this.#hear(database);
    pump.start();
    const subscription: Subscription = {
      close: async () => {
        this.#pumps.delete(pump);
        this.#subscriptions.delete(subscription);
        await pump.stop();
      },
    };
    this.#subscriptions.add(subscription);
    return subscription;
  }

  async check(): Promise<void> {
    const { database } = await this.#parts();
    await usable(database, this.#statements.check);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#subscriptions].map(async (subscription) => subscription.close()));
    const opened = this.#opened;
    this.#opened = undefined;
    if (opened === undefined) return;
    const { database, publisher, trimmer } = await opened;
    clearInterval(trimmer);
    await this.#hearing?.close();
    await publisher.close();
    await database.close();
  }

  #hear(database: Database): void {
    this.#hearing ??= new Hearing(database, channelOf('transport', this.#schema), () => {
      for (const pump of this.#pumps) pump.wake();
    });
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
    const database = await openMigrated(this.#options, this.#schema, transportMigrations);
    const trimmer = setInterval(() => void this.#trim(database), trimEveryMs);
    trimmer.unref();
    return { database, publisher: new Publisher(database, this.#schema), trimmer };
  }

  async #trim(database: Database): Promise<void> {
    const { retentionMs = 604_800_000, keepReadMs = 3_600_000 } = this.#options;
    try {
      while (((await database.query(this.#statements.trim, retentionMs, keepReadMs)).rowCount ?? 0) >= trimBatch);
    } catch {
      // The next round tries again; a log that is longer for a while harms nobody.
    }
  }
}
