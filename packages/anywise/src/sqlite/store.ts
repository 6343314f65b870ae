import { startInterval } from '../core/time/timers.js';
import { checkOptions, ofType, oneOf, type OptionChecks } from '../core/errors/options.js';
import type { ParkedMessages } from '../core/ports/parked.js';
import type { ScheduledMessages } from '../core/ports/scheduled.js';
import type { DeadLetters } from '../core/ports/dead-letters.js';
import { migrationsCheck, SqlTransaction, type Migration } from '../core/ports/sql.js';
import type { Inbox } from '../core/ports/inbox.js';
import type { Outbox } from '../core/ports/outbox.js';
import type { BeginOptions, KeptReply, ReplyKey, Store, StoreChanged, StoreTransaction } from '../core/ports/store.js';
import { cleanInbox, cleanReplies } from './retention.js';
import { pathCheck, type Connection, type OpenSqlite, type Synchronous } from './client.js';
import { SqliteDeadLetters } from './dead-letters.js';
import { SqliteInbox } from './inbox.js';
import { SqliteOutbox } from './outbox.js';
import { SqliteParkedMessages } from './parked.js';
import { SqliteScheduledMessages } from './scheduled.js';
import { findReply } from './replies.js';
import { storeMigrations } from './schema.js';
import type { Database } from './database.js';
import { close, openMigrated, usable } from './open.js';
import { own } from './owner.js';
import { SqliteStoreTransaction, SqliteTransaction } from './transaction.js';
import { checkMigrations } from '../kit/migrations.js';
import { Opened } from '../kit/opened.js';
import { Watchers } from '../kit/watchers.js';

/** Options of {@link sqliteStore}. */
export interface SqliteStoreOptions {
  /** The database file; it and its folder are created, for this user alone, if they are missing. */
  readonly path: string;
  /** Migrations of the service's own tables. Each is applied once, by name, before the store is used. @defaultValue none */
  readonly migrations?: readonly Migration[];
  /** @defaultValue `normal` */
  readonly synchronous?: Synchronous;
  /** The SQLite library. @defaultValue `node:sqlite` if it is safe, otherwise `@photostructure/sqlite` */
  readonly open?: OpenSqlite;
}

const checks: OptionChecks<SqliteStoreOptions> = {
  path: pathCheck,
  migrations: migrationsCheck,
  synchronous: oneOf('normal', 'full'),
  open: ofType('function'),
};

const otherProcessPollMs = 250;

/**
 * Keeps outbox and inbox in an SQLite file beside the service's own tables. Several processes of one machine may share it.
 */
export function sqliteStore(options: SqliteStoreOptions): Store {
  checkOptions('`sqliteStore`', options, checks, ['path']);
  checkMigrations('`sqliteStore`', options.migrations);
  return new SqliteStore(options);
}

class SqliteStore implements Store {
  readonly name = 'sqlite';
  readonly capabilities = { durable: true, shared: true };
  readonly clients = [SqlTransaction, SqliteTransaction];
  readonly #options: SqliteStoreOptions;
  readonly #watchers = new Watchers();
  readonly #opened = new Opened<Parts>({ open: () => this.#open(), close });

  constructor(options: SqliteStoreOptions) {
    this.#options = options;
  }

  get outbox(): Outbox {
    return this.#ready.outbox;
  }

  get parked(): ParkedMessages {
    return this.#ready.parked;
  }

  get scheduled(): ScheduledMessages {
    return this.#ready.scheduled;
  }

  get inbox(): Inbox {
    return this.#ready.inbox;
  }

  get deadLetters(): DeadLetters {
    return this.#ready.deadLetters;
  }

  begin({ readOnly, isAlone = false }: BeginOptions): StoreTransaction {
    const { connections, writer, outbox } = this.#ready;
    return new SqliteStoreTransaction({
      connections,
      writer,
      append: outbox.append,
      readOnly,
      isAlone,
      changed: this.#watchers.tell,
    });
  }

  async findReply(key: ReplyKey): Promise<KeptReply | undefined> {
    return findReply(this.#ready.connections.reader, key);
  }

  watch(changed: StoreChanged): () => void {
    const unwatch = this.#watchers.add(changed);
    const { reader } = this.#ready.connections;
    let seen = versionOf(reader);
    // SQLite does not report commits of other processes, but counts them.
    const timer = startInterval(() => {
      const current = versionOf(reader);
      if (current === seen) return;
      seen = current;
      changed();
    }, otherProcessPollMs);
    return () => {
      clearInterval(timer);
      unwatch();
    };
  }

  async clean(retentionMs: number): Promise<void> {
    await cleanInbox(this.#ready, retentionMs);
    await cleanReplies(this.#ready, retentionMs);
  }

  async check(service?: string): Promise<void> {
    const database = await this.#opened.get();
    usable(database.connections, 'SELECT 1 FROM anywise_lease LIMIT 1');
    if (service !== undefined) await own(database, service);
  }

  close(): Promise<void> {
    return this.#opened.close();
  }

  async #open(): Promise<Parts> {
    const { path, open, synchronous = 'normal', migrations = [] } = this.#options;
    const database = await openMigrated({ path, open, synchronous }, [...storeMigrations, ...migrations]);
    const changed = this.#watchers.tell;
    return {
      ...database,
      outbox: new SqliteOutbox(database),
      parked: new SqliteParkedMessages(database, changed),
      scheduled: new SqliteScheduledMessages(database),
      inbox: new SqliteInbox(database, changed),
      deadLetters: new SqliteDeadLetters(database, changed),
    };
  }

  get #ready(): Parts {
    const parts = this.#opened.current;
    if (parts === undefined) throw new Error(`The SQLite store ${this.#options.path} is not open.`);
    return parts;
  }
}

/** How often other connections have committed. Errors of an unreadable file are reported where it is used. */
function versionOf(reader: Connection): number | undefined {
  try {
    return reader.get<{ data_version: number }>('PRAGMA data_version')?.data_version;
  } catch {
    return undefined;
  }
}

interface Parts extends Database {
  readonly outbox: SqliteOutbox;
  readonly parked: ParkedMessages;
  readonly scheduled: ScheduledMessages;
  readonly inbox: Inbox;
  readonly deadLetters: DeadLetters;
}
