import { checkOptions, longestRetentionMs, milliseconds, withDefaults } from '../core/errors/options.js';
import type { Envelope } from '../core/message/envelope.js';
import { limits, messageBytesCheck } from '../core/message/limits.js';
import { declareCapabilities } from '../kit/capabilities.js';
import { repeatEvery, whileFull } from '../kit/interval.js';
import { Opened } from '../kit/opened.js';
import { Reader, type ReadPage } from '../kit/reader.js';
import { Subscriptions, versionOf, type Batch } from '../kit/subscriptions.js';
import { publishTogether, readEnvelope } from '../kit/wire.js';
import type { BoundedCount } from '../core/ports/bounded-count.js';
import { listeningRequest } from '../core/ports/listening.js';
import type {
  Answer,
  PublishFailure,
  Received,
  ServeOptions,
  SubscribeOptions,
  Subscription,
  Transport,
} from '../core/ports/transport.js';
import { connectionChecks, type PostgresConnection } from './client.js';
import type { Database } from './database.js';
import { logStatements, readPage, trimBatch, type LogStatements } from './log.js';
import { Hearing, channelOf } from './signal.js';
import { openMigrated, usable } from './open.js';
import { Position, type ConsumerKey } from './position.js';
import { Publisher } from './publisher.js';
import { requestStatements, type RequestStatements } from './request-statements.js';
import { Requests } from './requests.js';
import type { RequestRows } from './asker.js';
import { transportMigrations } from './transport-schema.js';
import { quoted, schemaCheck } from './sql.js';

/** Options of {@link postgresTransport}. */
export interface PostgresTransportOptions extends PostgresConnection {
  /** The schema of the log, created if it is missing. Services that communicate use the same one. @defaultValue `anywise` */
  readonly schema?: string | undefined;
  /** How long a message is kept for services that have not read it, in milliseconds. @defaultValue 604_800_000 (7 days) */
  readonly retentionMs?: number;
  /**
   * How long a message is kept for new services after all known ones have read it, in milliseconds. @defaultValue 3_600_000
   * (1 hour)
   */
  readonly keepReadMs?: number;
  /**
   * How large a message may be as JSON, in bytes. `publish` refuses a larger one. If another program put one into the log,
   * it is handed over as unreadable, with its size and its beginning. All services that share the log should use the same
   * limit.
   *
   * @defaultValue 1_048_576 (1 MiB)
   */
  readonly maxMessageBytes?: number | undefined;
}

export const defaultTransportSchema = 'anywise';

export const transportDefaults = {
  schema: defaultTransportSchema,
  retentionMs: 604_800_000,
  keepReadMs: 3_600_000,
  maxMessageBytes: limits.messageBytes as number,
  /** One to read, one to publish, two to ask, two to answer, one to join, trim, cancel or check, and one spare. */
  maxConnections: 8,
};

/**
 * How often the reader looks: while notices arrive, which come with the commit and are missed only with the connection; and
 * otherwise, or if another instance reads, which may have died.
 */
const [heardPollMs, deafPollMs] = [5_000, 1_000];
const trimEveryMs = 60_000;

/** Moves messages through a PostgreSQL database: a log, and a position for each service. */
export function postgresTransport(options: PostgresTransportOptions = {}): Transport {
  checkOptions('`postgresTransport`', options, {
    ...connectionChecks,
    schema: schemaCheck,
    retentionMs: milliseconds(0, longestRetentionMs),
    keepReadMs: milliseconds(0, longestRetentionMs),
    maxMessageBytes: messageBytesCheck,
  });
  return new PostgresTransport(withDefaults(options, transportDefaults));
}

interface Parts {
  readonly database: Database;
  readonly publisher: Publisher;
  readonly hearing: Hearing;
  readonly stopTrimming: () => Promise<void>;
}

const declared = declareCapabilities({
  durable: true,
  ordered: true,
  history: true,
  acrossProcesses: true,
  requests: true,
});

/** Where a log is, and what it takes. */
export interface LogPlace {
  /** `host:port/database`. */
  readonly place: string;
  /** The unquoted name. */
  readonly schema: string;
  readonly maxMessageBytes: number;
}

export class PostgresTransport implements Transport {
  readonly name = 'postgres';
  readonly capabilities = declared.capabilities;
  readonly lacks = declared.lacks;
  readonly #options: PostgresTransportOptions & typeof transportDefaults;
  readonly #statements: LogStatements;
  readonly #subscriptions = new Subscriptions();
  readonly #opened = new Opened<Parts>({ open: () => this.#open(), close: (parts) => this.#close(parts) });
  /** As soon as it is being opened. */
  #database: Database | undefined;
  readonly #requests: Requests;
  readonly #requestStatements: RequestStatements;
  readonly request = listeningRequest((request, signal) => this.#requests.request(request, signal));

  constructor(options: PostgresTransportOptions & typeof transportDefaults) {
    this.#options = options;
    this.#statements = logStatements(quoted(options.schema));
    this.#requestStatements = requestStatements(quoted(options.schema));
    this.#requests = new Requests(() => this.#requestRows(), options.maxMessageBytes);
  }

  /** Where its log is; `undefined` while it is not open. */
  get log(): LogPlace | undefined {
    const { schema, maxMessageBytes } = this.#options;
    const place = this.#opened.current?.database.place;
    return place === undefined ? undefined : { place, schema, maxMessageBytes };
  }

  async publish(envelopes: readonly Envelope[]): Promise<readonly (PublishFailure | undefined)[]> {
    const { publisher } = await this.#opened.get();
    return publishTogether(envelopes, this.#options.maxMessageBytes, (written) => publisher.publish(written));
  }

  async subscribe(
    { consumer, types, onError }: SubscribeOptions,
    receive: (batch: readonly Received[]) => Promise<void>,
  ): Promise<Subscription> {
    const { database, hearing } = await this.#opened.get();
    const { schema } = this.#options;
    const key = [consumer, versionOf(types)] as const;
    const unhear = hearing.on(channelOf('transport', schema), () => this.#subscriptions.wake());
    const forgetDeaf = hearing.onDeaf(onError);
    const position = new Position({ database, schema, key, pid: () => hearing.pid });
    await position.join();
    const read = (): Promise<ReadPage | undefined> => this.#read(database, key, types, position.holder);
    const reader = new Reader({ position, read, onError });
    const next = (): Promise<Batch | undefined> => reader.next();
    const pollMs = (): number => (reader.reads && hearing.hears ? heardPollMs : deafPollMs);
    const ended = async (): Promise<void> => {
      unhear();
      forgetDeaf();
      await reader.close();
    };
    const lag = async (limit: number): Promise<BoundedCount> => {
      const { rows } = await database.queryByIndex<BoundedCount>(this.#statements.lag, ...key, types, limit);
      return rows[0] ?? { count: 0, isMore: false };
    };
    return this.#subscriptions.open({ next, receive, onError, pollMs, ended, lag });
  }

  serve(options: ServeOptions, answer: Answer): Promise<Subscription> {
    return this.#requests.serve(options, answer);
  }

  async check(): Promise<void> {
    const { database } = await this.#opened.get();
    await usable(database, this.#statements.check);
    // Those that found it away try again now, not after their pause.
    this.#subscriptions.wake();
    this.#requests.wake();
  }

  async close(): Promise<void> {
    this.#database?.beginClose();
    await Promise.all([this.#subscriptions.close(), this.#requests.close()]);
    await this.#opened.close();
  }

  async #open(): Promise<Parts> {
    const { schema } = this.#options;
    const database = await openMigrated(this.#options, schema, transportMigrations, (opening) => {
      this.#database = opening;
    });
    const stopTrimming = repeatEvery((stop) => this.#trim(database, stop), { everyMs: trimEveryMs });
    const publisher = new Publisher(database, this.#statements.add, schema);
    return { database, publisher, hearing: new Hearing(database), stopTrimming };
  }

  async #close({ database, publisher, hearing, stopTrimming }: Parts): Promise<void> {
    await stopTrimming();
    await hearing.close();
    await publisher.close();
    await database.close();
  }

  async #read(
    database: Database,
    consumer: ConsumerKey,
    types: readonly string[],
    holder: string,
  ): Promise<ReadPage | undefined> {
    const { maxMessageBytes: maxBytes } = this.#options;
    const page = await readPage({ database, statements: this.#statements, consumer, types, holder, maxBytes });
    if (page === undefined) return undefined;
    return { received: page.wanted.map((text) => readEnvelope(text, maxBytes)), last: page.last };
  }

  async #requestRows(): Promise<RequestRows> {
    const { database, hearing } = await this.#opened.get();
    return { database, hearing, statements: this.#requestStatements, schema: this.#options.schema };
  }

  async #trim(database: Database, stop: AbortSignal): Promise<void> {
    await database.query(this.#requestStatements.trim);
    const { retentionMs, keepReadMs } = this.#options;
    const trim = async (): Promise<number> =>
      (await database.queryByIndex(this.#statements.trim, retentionMs, keepReadMs)).rowCount ?? 0;
    await whileFull(trimBatch, trim, stop);
  }
}
