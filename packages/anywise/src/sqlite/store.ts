import { startInterval } from '../core/time/timers.js';
import { checkOptions, ofType, oneOf, type OptionChecks } from '../core/errors/options.js';
import type { Actions } from '../core/ports/actions.js';
import type { ParkedMessages } from '../core/ports/parked.js';
import type { Processes } from '../core/ports/processes.js';
import type { Projections } from '../core/ports/projections.js';
import type { ScheduledMessages } from '../core/ports/scheduled.js';
import type { DeadLetters } from '../core/ports/dead-letters.js';
import type { Sagas } from '../core/ports/sagas.js';
import type { EventLog } from '../core/ports/event-log.js';
import { migrationsCheck, SqlTransaction, type Migration } from '../core/ports/sql.js';
import type { Inbox } from '../core/ports/inbox.js';
import type { Outbox } from '../core/ports/outbox.js';
import type { StoreView } from '../core/ports/store-view.js';
import type { BeginOptions, KeptReply, ReplyKey, Store, StoreChanged, StoreTransaction } from '../core/ports/store.js';
import { SqliteSagas } from './sagas.js';
import { cleanInbox, cleanRecords, cleanReplies, cleanSagas } from './retention.js';
import { pathCheck, type Connection, type OpenSqlite, type Synchronous } from './client.js';
import { SqliteActions } from './actions.js';
import { SqliteDeadLetters } from './dead-letters.js';
import { SqliteEventLog } from './event-log.js';
import { SqliteInbox } from './inbox.js';
import { SqliteOutbox } from './outbox.js';
import { SqliteParkedMessages } from './parked.js';
import { SqliteProcesses } from './processes.js';
import { SqliteProjections } from './projections.js';
import { SqliteScheduledMessages } from './scheduled.js';
import { findReply } from './replies.js';
import { storeMigrations } from './schema.js';
import type { Database } from './database.js';
import { close, openMigrated, usable } from './open.js';
import { own } from './owner.js';
import { SqliteStoreTransaction } from './transaction.js';
import { SqliteTransaction } from './transaction-client.js';
import { SqliteView } from './view.js';
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
/** No commit is missed, so searches need only notice what time brings, of which they know when. */
const restMs = 5_000;

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
  readonly restMs = restMs;
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

  get view(): StoreView {
    return this.#ready.view;
  }

  get actions(): Actions {
    return this.#ready.actions;
  }

  get processes(): Processes {
    return this.#ready.processes;
  }

  get sagas(): Sagas {
    return this.#ready.sagas;
  }

  get log(): EventLog {
    return this.#ready.log;
  }

  get projections(): Projections {
    return this.#ready.projections;
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
    await this.#ready.projections.clean(retentionMs);
    await cleanSagas(this.#ready, retentionMs);
    await cleanRecords(this.#ready);
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
      scheduled: new SqliteScheduledMessages(database, changed),
      inbox: new SqliteInbox(database, changed),
      deadLetters: new SqliteDeadLetters(database, changed),
      view: new SqliteView(database),
      actions: new SqliteActions(database),
      processes: new SqliteProcesses(database),
      sagas: new SqliteSagas(database),
      log: new SqliteEventLog(database),
      projections: new SqliteProjections(database),
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
  readonly view: StoreView;
  readonly actions: Actions;
  readonly processes: Processes;
  readonly log: EventLog;
  readonly projections: SqliteProjections;
  readonly sagas: Sagas;
}
