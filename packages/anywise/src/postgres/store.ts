import { randomUUID } from 'node:crypto';
import { checkOptions } from '../core/errors/options.js';
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
import type { Outbox, Shortcut } from '../core/ports/outbox.js';
import type { StoreView } from '../core/ports/store-view.js';
import type { KeptReply, ReplyKey, Store, StoreChanged, StoreTransaction } from '../core/ports/store.js';
import type { Transport } from '../core/ports/transport.js';
import { checkMigrations } from '../kit/migrations.js';
import { Opened } from '../kit/opened.js';
import { Watchers } from '../kit/watchers.js';
import { Appender } from './appender.js';
import { connectionChecks, type PostgresConnection } from './client.js';
import type { Database } from './database.js';
import { Direct } from './direct.js';
import { PostgresActions } from './actions.js';
import { PostgresEventLog } from './event-log.js';
import { PostgresDeadLetters } from './dead-letters.js';
import { PostgresInbox } from './inbox.js';
import { channelOf, Hearing, Notifier } from './signal.js';
import { PostgresOutbox } from './outbox.js';
import { PostgresParkedMessages } from './parked.js';
import { PostgresProcesses } from './processes.js';
import { PostgresProjections } from './projections.js';
import { PostgresScheduledMessages } from './scheduled.js';
import { openMigrated, usable } from './open.js';
import { own } from './owner.js';
import { findReply } from './replies.js';
import { PostgresSagas } from './sagas.js';
import { cleanInbox, cleanRecords, cleanReplies, cleanSagas } from './retention.js';
import { storeMigrations } from './schema.js';
import { shortcutTo } from './shortcut.js';
import { quoted, schemaCheck } from './sql.js';
import { PostgresView } from './view.js';
import { PostgresStoreTransaction } from './transaction.js';
import { PostgresTransaction } from './transaction-client.js';
import { transactionStatements, type TransactionStatements } from './transaction-statements.js';

/** Options of {@link postgresStore}. */
export interface PostgresStoreOptions extends PostgresConnection {
  /** The schema for the service's tables, created if it is missing. Each service needs its own. */
  readonly schema: string;
  /** Migrations of the service's own tables. Each is applied once, by name, before the store is used. @defaultValue none */
  readonly migrations?: readonly Migration[];
}

/**
 * Keeps outbox and inbox in a PostgreSQL schema beside the service's own tables. Any number of processes may share it.
 */
export function postgresStore(options: PostgresStoreOptions): Store {
  checkOptions('`postgresStore`', options, { ...connectionChecks, schema: schemaCheck, migrations: migrationsCheck }, [
    'schema',
  ]);
  checkMigrations('`postgresStore`', options.migrations);
  return new PostgresStore(options);
}

/** How long searches rest: while notices arrive, of which one may have died with its process; and otherwise. */
const [heardRestMs, deafRestMs] = [5_000, 1_000];

class PostgresStore implements Store {
  readonly name = 'postgres';
  readonly capabilities = { durable: true, shared: true };
  readonly clients = [SqlTransaction, PostgresTransaction];
  readonly #options: PostgresStoreOptions;
  readonly #schema: string;
  /** Distinguishes our own notices from those of other processes. */
  readonly #self = randomUUID();
  readonly #watchers = new Watchers();
  readonly #statements: TransactionStatements;
  readonly #direct: Direct;
  readonly #changed: StoreChanged = (part) => {
    this.#watchers.tell(part);
    this.#opened.current?.notifier.notify();
  };
  readonly #opened = new Opened<Parts>({ open: () => this.#open(), close: (parts) => this.#close(parts) });
  /** As soon as it is being opened. */
  #database: Database | undefined;
  #hearing: Hearing | undefined;

  constructor(options: PostgresStoreOptions) {
    this.#options = options;
    this.#schema = quoted(options.schema);
    this.#statements = transactionStatements(options.schema);
    this.#direct = new Direct(this.#schema);
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

  get restMs(): number {
    return this.#hearing?.hears === true ? heardRestMs : deafRestMs;
  }

  begin({ readOnly }: { readonly readOnly: boolean }): StoreTransaction {
    const { database, appender } = this.#ready;
    return new PostgresStoreTransaction({
      database,
      statements: this.#statements,
      appender,
      readOnly,
      changed: this.#changed,
    });
  }

  async findReply(key: ReplyKey): Promise<KeptReply | undefined> {
    return findReply(this.#ready.database, this.#schema, key);
  }

  watch(changed: StoreChanged, onError: (error: unknown) => void = () => undefined): () => void {
    if (this.#hearing === undefined) {
      this.#hearing = new Hearing(this.#ready.database);
      this.#hearing.on(channelOf('store', this.#options.schema), (sender) => {
        if (sender !== this.#self) this.#watchers.tell();
      });
    }
    const stops = [this.#watchers.add(changed), this.#hearing.onDeaf(onError)];
    return () => stops.forEach((stop) => stop());
  }

  shortcutTo(transport: Transport): Shortcut | undefined {
    return shortcutTo(transport, this.#ready.database, this.#schema);
  }

  publishTo(transport: Transport, isOpen: () => boolean): void {
    this.#direct.open(transport, isOpen);
  }

  async clean(retentionMs: number): Promise<void> {
    const { database } = this.#ready;
    await cleanInbox(database, this.#schema, retentionMs);
    await cleanReplies(database, this.#schema, retentionMs);
    await this.#ready.projections.clean(retentionMs);
    await cleanSagas(database, this.#schema, retentionMs);
    await cleanRecords(database, this.#schema);
  }

  async check(service?: string): Promise<void> {
    const { database } = await this.#opened.get();
    await usable(database, `SELECT 1 FROM ${this.#schema}.anywise_lease LIMIT 1`);
    if (service !== undefined) await own(database, this.#schema, service);
  }

  close(): Promise<void> {
    this.#database?.beginClose();
    return this.#opened.close();
  }

  async #open(): Promise<Parts> {
    const { schema, migrations = [] } = this.#options;
    const database = await openMigrated(this.#options, schema, [...storeMigrations, ...migrations], (opening) => {
      this.#database = opening;
    });
    return {
      database,
      appender: new Appender(database, this.#statements.insertions, this.#direct),
      notifier: new Notifier(database, channelOf('store', schema), this.#self),
      outbox: new PostgresOutbox(database, this.#schema),
      parked: new PostgresParkedMessages(database, this.#schema, this.#changed),
      scheduled: new PostgresScheduledMessages(database, this.#schema, this.#changed),
      inbox: new PostgresInbox(database, this.#schema, this.#changed),
      deadLetters: new PostgresDeadLetters(database, this.#schema, this.#changed),
      view: new PostgresView(database, this.#schema),
      actions: new PostgresActions(database, this.#schema),
      processes: new PostgresProcesses(database, this.#schema),
      sagas: new PostgresSagas(database, this.#schema),
      log: new PostgresEventLog(database, schema),
      projections: new PostgresProjections(database, schema),
    };
  }

  async #close({ database, appender, notifier }: Parts): Promise<void> {
    await appender.close();
    await this.#hearing?.close();
    this.#hearing = undefined;
    await notifier.close();
    await database.close();
  }

  get #ready(): Parts {
    const parts = this.#opened.current;
    if (parts === undefined) throw new Error(`The PostgreSQL store ${this.#schema} is not open.`);
    return parts;
  }
}

interface Parts {
  readonly database: Database;
  readonly appender: Appender;
  readonly notifier: Notifier;
  readonly outbox: Outbox;
  readonly parked: ParkedMessages;
  readonly scheduled: ScheduledMessages;
  readonly inbox: Inbox;
  readonly deadLetters: DeadLetters;
  readonly view: StoreView;
  readonly actions: Actions;
  readonly processes: Processes;
  readonly log: EventLog;
  readonly projections: PostgresProjections;
  readonly sagas: Sagas;
}
