import type { Claim } from '../core/ports/inbox.js';
import type {
  Completion,
  NewMessages,
  StoreChanged,
  StorePart,
  StoreTransaction,
  TransactionPart,
} from '../core/ports/store.js';
import { limits } from '../core/message/limits.js';
import { batchesWithin } from '../kit/batches.js';
import { checkStatement } from '../kit/statement.js';
import { queryWrote, usedAfterEnd } from '../kit/transaction.js';
import { SqlTransaction, type SqlValue } from '../core/ports/sql.js';
import { stateOf, type PostgresClient, type PostgresResult } from './client.js';
import { prepared, type Database } from './database.js';
import { entryValues, finishSql, insertEntriesSql, refValue } from './inbox.js';
import { cancelSql, envelopeValues, insertEnvelopesSql, insertScheduledSql, scheduledValues } from './outbox.js';
import { numberPlaceholders } from './placeholders.js';
import { keepReplySql, replyValues } from './replies.js';
import type { Session, Statement } from './session.js';
import { storable } from '../core/message/storable-text.js';
import { beginIn, quoted } from './sql.js';

/** The message's transaction on a PostgreSQL store. The same as {@link SqlTransaction}, for code that uses PostgreSQL's dialect. */
export abstract class PostgresTransaction extends SqlTransaction {
  /**
   * The `pg` client on which the transaction runs, for libraries that take one, such as Drizzle or Kysely. It is yours until
   * the message ends: do not begin, commit or roll back on it, nor release it.
   */
  abstract client(): Promise<PostgresClient>;
}

/** The parts that the transactions of a store share. */
export interface TransactionStatements {
  readonly begin: string;
  readonly beginReadOnly: string;
  readonly insertEnvelopes: Statement;
  readonly insertScheduled: Statement;
  readonly insertEntries: Statement;
  readonly cancel: Statement;
  readonly keepReply: Statement;
  readonly finish: Statement;
  /** The statement with numbered placeholders. */
  readonly numbered: (sql: string) => string;
}

const numberedAtMost = 1_000;

export function transactionStatements(schemaName: string): TransactionStatements {
  const schema = quoted(schemaName);
  const known = new Map<string, string>();
  return {
    begin: beginIn(schemaName),
    beginReadOnly: beginIn(schemaName, true),
    insertEnvelopes: prepared(insertEnvelopesSql(schema)),
    insertScheduled: prepared(insertScheduledSql(schema)),
    insertEntries: prepared(insertEntriesSql(schema)),
    cancel: { text: cancelSql(schema) },
    keepReply: prepared(keepReplySql(schema)),
    finish: prepared(finishSql(schema)),
    numbered: (sql) => {
      const text = known.get(sql) ?? numberPlaceholders(sql);
      // Dynamically built statements must not fill the memory.
      if (known.size === numberedAtMost) known.clear();
      known.set(sql, text);
      return text;
    },
  };
}

/** A part that can be undone on its own. */
interface Part {
  /** Whether it began before the transaction did. */
  readonly isWhole: boolean;
  /** Set with the first statement in it. */
  savepoint: string | undefined;
}

type Reply = NonNullable<Completion['reply']>;

/** The transaction of one message, on its own connection. */
export class PostgresStoreTransaction implements StoreTransaction {
  readonly #database: Database;
  readonly #statements: TransactionStatements;
  readonly #readOnly: boolean;
  readonly #changed: StoreChanged;
  /** Statements to send with the next one, so that appending costs no round trip. */
  readonly #unsent: (readonly [Statement, readonly unknown[]])[] = [];
  readonly #filled = new Set<StorePart>();
  #parts: Part[] = [];
  #places = 0;
  /** Whether user code may run statements directly on the client. */
  #isLent = false;
  #session: Promise<Session> | undefined;
  #ended = false;

  /** @param changed called after a commit that added to the outbox or the inbox. */
  constructor(database: Database, statements: TransactionStatements, readOnly: boolean, changed: StoreChanged) {
    this.#database = database;
    this.#statements = statements;
    this.#readOnly = readOnly;
    this.#changed = changed;
  }

  client(): PostgresTransaction {
    const query: Query = (sql, values) => this.#query(sql, values);
    return new Client(query, () => this.#lend());
  }

  async append({ outgoing = [], scheduled = [], incoming = [] }: NewMessages): Promise<void> {
    const { insertEnvelopes, insertScheduled, insertEntries } = this.#statements;
    this.#mayWrite();
    for (const values of envelopeValues(outgoing)) this.#unsent.push([insertEnvelopes, values]);
    for (const values of scheduledValues(scheduled)) this.#unsent.push([insertScheduled, values]);
    for (const batch of batchesWithin(incoming, ({ json }) => Buffer.byteLength(json), limits.batchBytes)) {
      this.#unsent.push([insertEntries, entryValues(batch)]);
    }
    if (outgoing.length > 0 || scheduled.length > 0) this.#filled.add('outbox');
    if (incoming.length > 0) this.#filled.add('inbox');
  }

  async cancel(id: string): Promise<boolean> {
    return (await this.#write(this.#statements.cancel, storable(id))) === 1;
  }

  nest(): TransactionPart {
    const part: Part = { isWhole: this.#session === undefined, savepoint: undefined };
    this.#parts.push(part);
    if (this.#isLent) void this.#session?.then((session) => this.#savePlace(session));
    return { undo: () => this.#undo(part), end: () => this.#leave(part) };
  }

  async commit({ claim, reply }: Completion = {}): Promise<boolean> {
    if ((reply !== undefined && !(await this.#keep(reply))) || (claim !== undefined && !(await this.#finish(claim)))) {
      await this.rollback();
      return false;
    }
    if (this.#unsent.length > 0) await this.#begin();
    const session = await this.#end();
    if (session !== undefined) await Promise.all([this.#sendAll(session), session.commit()]);
    for (const part of this.#filled) this.#changed(part);
    return true;
  }

  async rollback(): Promise<void> {
    // A part that could not begin has nothing to undo.
    const session = await this.#end().catch(() => undefined);
    await session?.rollback();
  }

  async #lend(): Promise<PostgresClient> {
    const session = await this.#begin();
    this.#savePlace(session);
    this.#isLent = true;
    return session.client;
  }

  /** A part that holds all the writes so far is undone with the transaction: the next statement begins another. */
  async #undo(part: Part): Promise<void> {
    const session = await this.#session;
    this.#parts = this.#parts.slice(0, this.#parts.indexOf(part));
    if (session === undefined || this.#ended) return;
    if (part.isWhole) {
      this.#session = undefined;
      await session.rollback();
    } else if (part.savepoint !== undefined) await session.query({ text: `ROLLBACK TO SAVEPOINT ${part.savepoint}` });
  }

  async #leave(part: Part): Promise<void> {
    const session = await this.#session;
    this.#parts = this.#parts.filter((other) => other !== part);
    const { savepoint } = part;
    if (session === undefined || savepoint === undefined || this.#ended) return;
    const isNeeded = this.#parts.some((other) => other.savepoint === savepoint);
    if (!isNeeded) await session.query({ text: `RELEASE SAVEPOINT ${savepoint}` });
  }

  /**
   * Sets a savepoint for each part that has none; parts that have run nothing yet share it. It is sent together with the
   * next statement, which reports a failure.
   */
  #savePlace(session: Session): void {
    const without = this.#parts.filter(({ isWhole, savepoint }) => !isWhole && savepoint === undefined);
    if (without.length === 0) return;
    const savepoint = `part_${++this.#places}`;
    for (const part of without) part.savepoint = savepoint;
    session.query({ text: `SAVEPOINT ${savepoint}` }).catch(() => undefined);
  }

  /** `false` if the key is taken. */
  async #keep({ key, kept }: Reply): Promise<boolean> {
    return (await this.#write(this.#statements.keepReply, ...replyValues(key, kept))) === 1;
  }

  /** `false` if the lease was lost. */
  async #finish(claim: Claim): Promise<boolean> {
    return (await this.#write(this.#statements.finish, ...refValue(claim), claim.lease)) === 1;
  }

  async #query<Row extends object>(sql: string, values: readonly SqlValue[]): Promise<PostgresResult<Row>> {
    checkStatement(sql, values);
    const session = await this.#begin();
    this.#savePlace(session);
    try {
      return await session.query<Row>({ text: this.#statements.numbered(sql) }, ...values);
    } catch (cause) {
      if (!this.#readOnly || stateOf(cause) !== readOnlyState) throw cause;
      throw queryWrote({ cause });
    }
  }

  /** Runs a statement of the store, together with the unsent ones, and returns the number of rows it changed. */
  async #write(statement: Statement, ...values: readonly unknown[]): Promise<number> {
    this.#mayWrite();
    const session = await this.#begin();
    this.#savePlace(session);
    const [, { rowCount }] = await Promise.all([this.#sendAll(session), session.query(statement, ...values)]);
    return rowCount ?? 0;
  }

  async #sendAll(session: Session): Promise<void> {
    await Promise.all(this.#unsent.splice(0).map(([statement, values]) => session.query(statement, ...values)));
  }

  #end(): Promise<Session | undefined> {
    const session = this.#session;
    this.#ended = true;
    this.#session = undefined;
    return Promise.resolve(session);
  }

  #mayWrite(): void {
    if (this.#readOnly) throw queryWrote();
    this.#mayBeUsed();
  }

  #mayBeUsed(): void {
    if (!this.#ended) return;
    throw usedAfterEnd();
  }

  async #begin(): Promise<Session> {
    this.#mayBeUsed();
    const { begin, beginReadOnly } = this.#statements;
    this.#session ??= this.#database.begin(this.#readOnly ? beginReadOnly : begin);
    return this.#session;
  }
}

/** The SQLSTATE of a write in a read-only transaction. */
const readOnlyState = '25006';

type Query = <Row extends object>(sql: string, values: readonly SqlValue[]) => Promise<PostgresResult<Row>>;

/** The handler's view of the transaction: its statements, but not its end. */
class Client extends PostgresTransaction {
  readonly #query: Query;
  readonly #client: () => Promise<PostgresClient>;

  constructor(query: Query, client: () => Promise<PostgresClient>) {
    super();
    this.#query = query;
    this.#client = client;
  }

  client(): Promise<PostgresClient> {
    return this.#client();
  }

  async run(sql: string, ...values: readonly SqlValue[]): Promise<number> {
    return (await this.#query(sql, values)).rowCount ?? 0;
  }

  async get<Row extends object>(sql: string, ...values: readonly SqlValue[]): Promise<Row | undefined> {
    return (await this.#query<Row>(sql, values)).rows[0];
  }

  async all<Row extends object>(sql: string, ...values: readonly SqlValue[]): Promise<readonly Row[]> {
    return (await this.#query<Row>(sql, values)).rows;
  }
}
