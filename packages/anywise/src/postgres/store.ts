import { randomUUID } from 'node:crypto';
import type { ParkedMessages } from '../core/ports/parked.js';
import type { DeadLetters } from '../core/ports/dead-letters.js';
import { SqlTransaction, type Migration } from '../core/ports/sql.js';
import type { Inbox } from '../core/ports/inbox.js';
import type { Outbox } from '../core/ports/outbox.js';
import type { KeptReply, ReplyKey, Store, StoreChanged, StoreTransaction } from '../core/ports/store.js';
import { Opened } from '../kit/opened.js';
import { Watchers } from '../kit/watchers.js';
import type { PostgresConnection } from './client.js';
import type { Database, Statement } from './database.js';
import { PostgresDeadLetters } from './dead-letters.js';
import { PostgresInbox } from './inbox.js';
import { channelOf, Hearing, Notifier } from './signal.js';
import { PostgresOutbox } from './outbox.js';
import { PostgresParkedMessages } from './parked.js';
import { openMigrated, usable } from './open.js';
import { now, quoted, storable, storeMigrations } from './schema.js';
import {
  PostgresStoreTransaction,
  PostgresTransaction,
  transactionStatements,
  type TransactionStatements,
} from './transaction.js';

export interface PostgresStoreOptions extends PostgresConnection {
  /** Where the service keeps its tables; made where it is missing. Each service needs one of its own. */
  readonly schema: string;
  /** The service's own tables, applied once each by name before the store is used. @defaultValue none */
  readonly migrations?: readonly Migration[];
}

const cleanBatch = 5_000;

/**
 * Keeps outbox and inbox in a PostgreSQL schema beside the service's own tables. Any number of processes may share it.
 */
export function postgresStore(options: PostgresStoreOptions): Store {
  return new PostgresStore(options);
}

class PostgresStore implements Store {
  readonly name = 'postgres';
  readonly capabilities = { durable: true, shared: true };
  readonly clients = [SqlTransaction, PostgresTransaction];
  readonly #options: PostgresStoreOptions;
  readonly #schema: string;
  /** Tells own notices from those of other processes. */
  readonly #self = randomUUID();
  readonly #watchers = new Watchers();
  readonly #statements: TransactionStatements;
  readonly #findReply: Statement;
  readonly #changed: StoreChanged = (part) => {
    this.#watchers.tell(part);
    this.#opened.current?.notifier.ring();
  };
  readonly #opened = new Opened<Parts>({ open: () => this.#open(), close: (parts) => this.#close(parts) });
  #hearing: Hearing | undefined;

  constructor(options: PostgresStoreOptions) {
    this.#options = options;
    this.#schema = quoted(options.schema);
    this.#statements = transactionStatements(options.schema);
    this.#findReply = {
      text: `SELECT fingerprint, reply FROM ${this.#schema}.anywise_reply WHERE type = $1 AND key = $2`,
    };
  }

  get outbox(): Outbox {
    return this.#ready.outbox;
  }

  get parked(): ParkedMessages {
    return this.#ready.parked;
  }

  get inbox(): Inbox {
    return this.#ready.inbox;
  }

  get deadLetters(): DeadLetters {
    return this.#ready.deadLetters;
  }

  begin({ readOnly }: { readonly readOnly: boolean }): StoreTransaction {
    return new PostgresStoreTransaction(this.#ready.database, this.#statements, readOnly, this.#changed);
  }

  async findReply({ type, key }: ReplyKey): Promise<KeptReply | undefined> {
    const { rows } = await this.#ready.database.query<{ fingerprint: string; reply: string | null }>(
      this.#findReply,
      type,
      storable(key),
    );
    const [row] = rows;
    if (row === undefined) return undefined;
    return { fingerprint: row.fingerprint, reply: row.reply === null ? undefined : (JSON.parse(row.reply) as unknown) };
  }

  watch(changed: StoreChanged): () => void {
    this.#hearing ??= new Hearing(this.#ready.database, channelOf('store', this.#options.schema), (sender) => {
      if (sender !== this.#self) this.#watchers.tell();
    });
    return this.#watchers.add(changed);
  }

  async clean(retentionMs: number): Promise<void> {
    const inbox = `DELETE FROM ${this.#schema}.anywise_inbox WHERE (listener, id) IN (
      SELECT listener, id FROM ${this.#schema}.anywise_inbox
      WHERE state = 'handled' AND at < ${now} - $1::bigint ORDER BY at LIMIT ${cleanBatch})`;
    const replies = `DELETE FROM ${this.#schema}.anywise_reply WHERE (type, key) IN (
      SELECT type, key FROM ${this.#schema}.anywise_reply
      WHERE kept_at < ${now} - $1::bigint ORDER BY kept_at LIMIT ${cleanBatch})`;
    for (const text of [inbox, replies]) {
      while ((await this.#ready.database.query({ text }, retentionMs)).rowCount === cleanBatch);
    }
  }

  async check(): Promise<void> {
    const { database } = await this.#opened.get();
    await usable(database, `SELECT 1 FROM ${this.#schema}.anywise_lease LIMIT 1`);
  }

  close(): Promise<void> {
    return this.#opened.close();
  }

  async #open(): Promise<Parts> {
    const { schema, migrations = [] } = this.#options;
    const database = await openMigrated(this.#options, schema, [...storeMigrations, ...migrations]);
    return {
      database,
      notifier: new Notifier(database, channelOf('store', schema), this.#self),
      outbox: new PostgresOutbox(database, this.#schema),
      parked: new PostgresParkedMessages(database, this.#schema, this.#changed),
      inbox: new PostgresInbox(database, this.#schema, this.#changed),
      deadLetters: new PostgresDeadLetters(database, this.#schema, this.#changed),
    };
  }

  async #close({ database, notifier }: Parts): Promise<void> {
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
  readonly notifier: Notifier;
  readonly outbox: Outbox;
  readonly parked: ParkedMessages;
  readonly inbox: Inbox;
  readonly deadLetters: DeadLetters;
}
