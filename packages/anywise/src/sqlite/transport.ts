import {
  checkOptions,
  longestRetentionMs,
  milliseconds,
  ofType,
  oneOf,
  withDefaults,
  type OptionChecks,
} from '../core/errors/options.js';
import type { Envelope } from '../core/message/envelope.js';
import { limits, messageBytesCheck } from '../core/message/limits.js';
import { declareCapabilities } from '../kit/capabilities.js';
import { repeatEvery, whileFull } from '../kit/interval.js';
import { Opened } from '../kit/opened.js';
import { Reader, type ReadPage } from '../kit/reader.js';
import { Subscriptions, versionOf } from '../kit/subscriptions.js';
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
import { pathCheck, type OpenSqlite, type Synchronous } from './client.js';
import { lagOf, logStatements, readPage, trimBatch } from './log.js';
import type { Database } from './database.js';
import { close, openMigrated, usable } from './open.js';
import { Position, type ConsumerKey } from './position.js';
import { Requests } from './requests.js';
import { transportMigrations } from './transport-schema.js';
import { Hearing, Notifier, signalFileOf } from './signal.js';
import { SocketFolder } from './socket-folder.js';

/** Options of {@link sqliteTransport}. */
export interface SqliteTransportOptions {
  /** The database file that the services of this machine share; it and its folder are created, for this user alone, if they are missing. */
  readonly path: string;
  /** @defaultValue `normal` */
  readonly synchronous?: Synchronous;
  /** How long a message is kept for services that have not read it, in milliseconds. @defaultValue 604_800_000 (7 days) */
  readonly retentionMs?: number;
  /**
   * How long a message is kept for new services after all known ones have read it, in milliseconds. @defaultValue 3_600_000
   * (1 hour)
   */
  readonly keepReadMs?: number;
  /**
   * How large a message may be as JSON, in bytes. `publish` refuses a larger one. If another program put one into the file,
   * it is handed over as unreadable, with its size and its beginning. All services that share the file should use the same
   * limit.
   *
   * @defaultValue 1_048_576 (1 MiB)
   */
  readonly maxMessageBytes?: number | undefined;
  /** The SQLite library. @defaultValue `node:sqlite` if it is safe, otherwise `@photostructure/sqlite` */
  readonly open?: OpenSqlite;
}

/**
 * How often the reader looks: while notices are heard, for what was committed by a process that was killed before it could
 * tell; and otherwise, or if another instance reads, which may have died.
 */
const [heardPollMs, deafPollMs] = [1_000, 250];
const trimEveryMs = 60_000;

/** Moves messages between the processes of one machine through an SQLite file: a log, and a position for each service. */
export function sqliteTransport(options: SqliteTransportOptions): Transport {
  checkOptions('`sqliteTransport`', options, checks, ['path']);
  return new SqliteTransport(withDefaults(options, transportDefaults));
}

const checks: OptionChecks<SqliteTransportOptions> = {
  path: pathCheck,
  synchronous: oneOf('normal', 'full'),
  retentionMs: milliseconds(0, longestRetentionMs),
  keepReadMs: milliseconds(0, longestRetentionMs),
  maxMessageBytes: messageBytesCheck,
  open: ofType('function'),
};

export const transportDefaults = {
  synchronous: 'normal' as Synchronous,
  retentionMs: 604_800_000,
  keepReadMs: 3_600_000,
  maxMessageBytes: limits.messageBytes as number,
};

interface Parts extends Database {
  readonly notifier: Notifier;
  readonly stopTrimming: () => Promise<void>;
}

const declared = declareCapabilities({
  durable: true,
  ordered: true,
  history: true,
  acrossProcesses: true,
  requests: true,
});

class SqliteTransport implements Transport {
  readonly name = 'sqlite';
  readonly capabilities = declared.capabilities;
  readonly lacks = declared.lacks;
  readonly #options: SqliteTransportOptions & typeof transportDefaults;
  readonly #subscriptions = new Subscriptions();
  readonly #opened = new Opened<Parts>({ open: () => this.#open(), close: (parts) => this.#close(parts) });
  readonly #requests: Requests;
  #folder: SocketFolder | undefined;
  #hearing: Hearing | undefined;
  readonly request = listeningRequest((request, signal) => this.#requests.request(request, signal));

  constructor(options: SqliteTransportOptions & typeof transportDefaults) {
    this.#options = options;
    this.#requests = new Requests(() => this.#socketFolder(), options.maxMessageBytes);
  }

  async publish(envelopes: readonly Envelope[]): Promise<readonly (PublishFailure | undefined)[]> {
    const { connections, writer, notifier } = await this.#opened.get();
    return publishTogether(envelopes, this.#options.maxMessageBytes, async (written) => {
      await writer.run(() => {
        for (const { envelope, json } of written) {
          connections.writer.run(logStatements.add, envelope.type, envelope.kind, json, writer.nowMs);
        }
      });
      notifier.notify();
    });
  }

  async subscribe(
    { consumer, types, onError }: SubscribeOptions,
    receive: (batch: readonly Received[]) => Promise<void>,
  ): Promise<Subscription> {
    const parts = await this.#opened.get();
    const key = [consumer, versionOf(types)] as const;
    const position = new Position(parts, key);
    await position.join();
    const reader = new Reader({ position, read: () => this.#read(parts, key, position.holder), onError });
    this.#hearing ??= new Hearing(signalFileOf(this.#options.path), () => this.#subscriptions.wake());
    const pollMs = (): number => (reader.reads && this.#hearing?.hears === true ? heardPollMs : deafPollMs);
    const ended = async (): Promise<void> => {
      await reader.close();
      parts.notifier.notify();
    };
    const lag = async (limit: number): Promise<BoundedCount> => lagOf(parts.connections.reader, key, limit);
    return this.#subscriptions.open({ next: () => reader.next(), receive, onError, pollMs, ended, lag });
  }

  serve(options: ServeOptions, answer: Answer): Promise<Subscription> {
    return this.#requests.serve(options, answer);
  }

  async check(): Promise<void> {
    const { connections } = await this.#opened.get();
    usable(connections, logStatements.check);
  }

  async close(): Promise<void> {
    await Promise.all([this.#subscriptions.close(), this.#requests.close()]);
    await this.#opened.close();
  }

  async #open(): Promise<Parts> {
    const { path, open, synchronous } = this.#options;
    const database = await openMigrated({ path, open, synchronous }, transportMigrations);
    const stopTrimming = repeatEvery((stop) => this.#trim(database, stop), { everyMs: trimEveryMs });
    return { ...database, notifier: new Notifier(signalFileOf(path)), stopTrimming };
  }

  async #close(parts: Parts): Promise<void> {
    await parts.stopTrimming();
    this.#hearing?.close();
    this.#hearing = undefined;
    await close(parts);
    parts.notifier.close();
  }

  async #read({ connections }: Parts, consumer: ConsumerKey, holder: string): Promise<ReadPage | undefined> {
    const { maxMessageBytes: maxBytes } = this.#options;
    const page = readPage(connections.reader, { consumer, holder, maxBytes });
    if (page === undefined) return undefined;
    return { received: page.wanted.map((text) => readEnvelope(text, maxBytes)), last: page.last };
  }

  /** Beside the file, which has to be there to be known by its real path. */
  async #socketFolder(): Promise<SocketFolder> {
    await this.#opened.get();
    return (this.#folder ??= new SocketFolder(this.#options.path));
  }

  #trim({ connections, writer }: Database, stop: AbortSignal): Promise<void> {
    const { retentionMs, keepReadMs } = this.#options;
    const trim = (): number => connections.writer.run(logStatements.trim, retentionMs, keepReadMs);
    return whileFull(trimBatch, () => writer.run(trim), stop);
  }
}
