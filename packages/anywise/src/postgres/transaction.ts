import { StreamConflictError, type LogTransaction, type StreamAppend } from '../core/ports/event-log.js';
import type { ProjectionTransaction, ProjectionVersion } from '../core/ports/projections.js';
import type { SagaTransaction } from '../core/ports/sagas.js';
import type {
  Completion,
  NewMessages,
  StoreChanged,
  StorePart,
  StoreTransaction,
  TransactionPart,
} from '../core/ports/store.js';
import { checkStatement } from '../kit/statement.js';
import { queryWrote, usedAfterEnd } from '../kit/transaction.js';
import type { SqlValue } from '../core/ports/sql.js';
import { stateOf, type PostgresClient, type PostgresResult } from './client.js';
import type { Database } from './database.js';
import type { Appender } from './appender.js';
import { appendsOf, conflictOf, loadStream } from './event-log.js';
import { passes } from './fence.js';
import { finishAllValues } from './finish.js';
import { refValue } from './refs.js';
import { inOnePiece } from './in-one-piece.js';
import type { Insertion } from './insertions.js';
import { namesOf, projectionsIn } from './projections.js';
import { sagasIn } from './sagas.js';
import { replyValues } from './replies.js';
import type { Session, Statement } from './session.js';
import { storable } from '../core/message/storable-text.js';
import { TransactionClient, type PostgresTransaction, type Query } from './transaction-client.js';
import type { TransactionStatements } from './transaction-statements.js';

/** What the transactions of an open store share. */
export interface TransactionOptions {
  readonly database: Database;
  readonly statements: TransactionStatements;
  readonly appender: Appender;
  readonly readOnly: boolean;
  /** Called after a commit that added to the outbox or the inbox. */
  readonly changed: StoreChanged;
}

/** A part that can be undone on its own. */
interface Part {
  /** Whether it began before the transaction did. */
  readonly isWhole: boolean;
  /** Set with the first statement in it. */
  savepoint: string | undefined;
}

/** The transaction of one message, on its own connection. */
export class PostgresStoreTransaction implements StoreTransaction {
  readonly #options: TransactionOptions;
  /** Messages to send with the next statement, so that appending costs no round trip. */
  readonly #unsent: NewMessages[] = [];
  /** Events to send with the commit, so that their numbers are taken as late as possible. */
  readonly #appends: StreamAppend[] = [];
  /** The projections that this transaction writes itself, if it appends. */
  #written: readonly ProjectionVersion[] = [];
  readonly #filled = new Set<StorePart>();
  #parts: Part[] = [];
  #places = 0;
  /** Whether user code may run statements directly on the client. */
  #isLent = false;
  #session: Promise<Session> | undefined;
  #ended = false;

  constructor(options: TransactionOptions) {
    this.#options = options;
  }

  client(): PostgresTransaction {
    const query: Query = (sql, values) => this.#query(sql, values);
    return new TransactionClient(query, () => this.#lend());
  }

  async append(messages: NewMessages): Promise<void> {
    this.#mayWrite();
    this.#unsent.push(messages);
    const { outgoing = [], scheduled = [], incoming = [] } = messages;
    if (outgoing.length > 0 || scheduled.length > 0) this.#filled.add('outbox');
    if (incoming.length > 0) this.#filled.add('inbox');
  }

  get log(): LogTransaction {
    const { log } = this.#options.statements;
    return {
      load: async (stream, options) => {
        // Each statement of a transaction sees what was committed before it, so one that only reads needs no transaction.
        const isAlone = this.#options.readOnly && this.#session === undefined && options.inTurn !== true;
        return loadStream(isAlone ? this.#outside() : await this.#begin(), log, stream, options);
      },
      append: async (appends) => {
        this.#mayWrite();
        this.#appends.push(...appends);
        if (appends.length > 0) this.#filled.add('log');
      },
      erase: async (stream) => {
        // In this order: the events wait for appends that keep a snapshot, which is then there to be deleted.
        const erased = await this.#write(log.erase, storable(stream));
        await this.#write(log.forgetSnapshot, storable(stream));
        return erased;
      },
    };
  }

  get projections(): ProjectionTransaction {
    return projectionsIn(this.#options.statements.projections, {
      read: (statement, ...values) => this.#read(statement, ...values),
      write: (statement, ...values) => this.#write(statement, ...values),
      writes: (projections) => {
        this.#mayWrite();
        this.#written = projections;
      },
    });
  }

  get sagas(): SagaTransaction {
    return sagasIn(this.#options.statements.sagas, {
      readToWrite: (statement, ...values) => this.#readToWrite(statement, ...values),
      write: (statement, ...values) => this.#write(statement, ...values),
    });
  }

  async cancel(id: string): Promise<boolean> {
    return (await this.#write(this.#options.statements.cancel, storable(id))) === 1;
  }

  nest(): TransactionPart {
    const part: Part = { isWhole: this.#session === undefined, savepoint: undefined };
    this.#parts.push(part);
    if (this.#isLent) void this.#session?.then((session) => this.#savePlace(session));
    return { undo: () => this.#undo(part), end: () => this.#release(part) };
  }

  async commit(completion: Completion = {}): Promise<boolean> {
    const fences = this.#fencesOf(completion);
    if (fences.length > 0) this.#mayWrite();
    if (this.#options.readOnly) return this.#leave();
    const isShared = this.#session === undefined && fences.length === 0 && this.#appends.length === 0;
    const hasCommitted = isShared ? await this.#commitShared() : await this.#commitAlone(fences);
    if (hasCommitted) for (const part of this.#filled) this.#options.changed(part);
    return hasCommitted;
  }

  async rollback(): Promise<void> {
    // A part that could not begin has nothing to undo.
    const session = await this.#end()?.catch(() => undefined);
    await session?.rollback();
  }

  /** Waits for the answer only where user code may have run statements of which nothing is known here. */
  async #leave(): Promise<true> {
    const session = await this.#end();
    await (this.#isLent ? session?.commit() : session?.leave());
    return true;
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

  async #release(part: Part): Promise<void> {
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

  /** What must go through for the transaction to commit. */
  #fencesOf({ claim, claims = [], reply }: Completion): readonly Insertion[] {
    const { keepReply, finish, finishAll } = this.#options.statements;
    const fences: Insertion[] = [];
    if (reply !== undefined) fences.push([keepReply, replyValues(reply.key, reply.kept)]);
    if (claim !== undefined) fences.push([finish, [...refValue(claim), claim.lease]]);
    if (claims.length > 0) fences.push([finishAll, finishAllValues(claims)]);
    return fences;
  }

  /** Messages alone need no transaction of their own. */
  async #commitShared(): Promise<true> {
    this.#ended = true;
    if (this.#unsent.length === 0) return true;
    const { fillsOutbox } = await this.#options.appender.add(this.#unsent);
    if (!fillsOutbox) this.#filled.delete('outbox');
    return true;
  }

  /** Sends the rest, the fences and `COMMIT` at once. `false` if a fence did not let it through. */
  async #commitAlone(fences: readonly Insertion[]): Promise<boolean> {
    const { statements } = this.#options;
    const isFresh = this.#session === undefined && this.#appends.length > 0;
    const session = await (isFresh ? this.#begin(statements.beginAppend) : this.#begin());
    // Before anything is sent: what cannot be written must not be missing from what commits.
    const insertions = this.#insertions();
    void this.#end();
    inOnePiece(session.client);
    const sent = sendAll(session, insertions);
    const appended = this.#appendAll(session, isFresh ? [] : [[statements.projections.appendShared, []]]);
    const passed = fences.map(([statement, values]) => passes(session.query(statement, ...values)));
    const outcomes = await Promise.allSettled([...passed, sent, ...appended, session.commit()]);
    if (outcomes.some((outcome) => outcome.status === 'fulfilled' && outcome.value === false)) return false;
    const conflict = outcomes.find((outcome) => isRejected(outcome) && StreamConflictError.is(outcome.reason));
    if (conflict !== undefined && isRejected(conflict)) throw conflict.reason;
    // `COMMIT` rejects with the first failure of the transaction, whatever statement it was.
    const failure = outcomes.findLast(isRejected);
    if (failure !== undefined) throw failure.reason;
    return true;
  }

  /**
   * Read models that others expect to be written by every appender, and this one does not write, go back to the feed.
   *
   * @param before what goes before each append.
   */
  #appendAll(session: Session, before: readonly Insertion[]): readonly Promise<unknown>[] {
    const { log } = this.#options.statements;
    const [first] = this.#appends;
    if (first === undefined) return [];
    const written = namesOf(this.#written);
    return [
      inStream(first.stream, sendAll(session, before)),
      ...this.#appends.map((one) => inStream(one.stream, sendAll(session, appendsOf(log, one, written)))),
    ];
  }

  async #query<Row extends object>(sql: string, values: readonly SqlValue[]): Promise<PostgresResult<Row>> {
    const {
      readOnly,
      statements: { ofHandlers },
    } = this.#options;
    checkStatement(sql, values);
    const session = await this.#begin();
    this.#savePlace(session);
    try {
      return await session.query<Row>(ofHandlers.of(sql), ...values);
    } catch (cause) {
      if (!readOnly || stateOf(cause) !== readOnlyState) throw ofHandlers.explain(cause);
      throw queryWrote({ cause });
    }
  }

  /** Reads rows that nothing else changes until this transaction ends. */
  #readToWrite<Row extends object>(statement: Statement, ...values: readonly unknown[]): Promise<readonly Row[]> {
    this.#mayWrite();
    return this.#read<Row>(statement, ...values);
  }

  async #read<Row extends object>(statement: Statement, ...values: readonly unknown[]): Promise<readonly Row[]> {
    const session = await this.#begin();
    this.#savePlace(session);
    return (await session.query<Row>(statement, ...values)).rows;
  }

  /** Runs a statement of the store, together with the unsent ones, and returns the number of rows it changed. */
  async #write(statement: Statement, ...values: readonly unknown[]): Promise<number> {
    this.#mayWrite();
    const session = await this.#begin();
    this.#savePlace(session);
    const [, { rowCount }] = await Promise.all([
      sendAll(session, this.#insertions()),
      session.query(statement, ...values),
    ]);
    return rowCount ?? 0;
  }

  #insertions(): readonly Insertion[] {
    return this.#unsent.splice(0).flatMap(this.#options.statements.insertions);
  }

  #end(): Promise<Session> | undefined {
    const session = this.#session;
    this.#ended = true;
    this.#session = undefined;
    return session;
  }

  #mayWrite(): void {
    if (this.#options.readOnly) throw queryWrote();
    this.#mayBeUsed();
  }

  #mayBeUsed(): void {
    if (!this.#ended) return;
    throw usedAfterEnd();
  }

  async #begin(sql?: string): Promise<Session> {
    this.#mayBeUsed();
    const { database, readOnly, statements } = this.#options;
    this.#session ??= database.begin(sql ?? (readOnly ? statements.beginReadOnly : statements.begin));
    return this.#session;
  }

  /** Runs each statement in a transaction of its own. */
  #outside(): Pick<Session, 'query'> {
    this.#mayBeUsed();
    const { database } = this.#options;
    return { query: (statement, ...values) => database.queryInPlace(statement, ...values) };
  }
}

async function sendAll(session: Session, insertions: readonly Insertion[]): Promise<void> {
  await Promise.all(insertions.map(([statement, values]) => session.query(statement, ...values)));
}

/** Rejects with the conflict, if that is what a statement failed with. */
async function inStream(stream: string, sent: Promise<void>): Promise<void> {
  try {
    await sent;
  } catch (error) {
    throw conflictOf(stream, error) ?? error;
  }
}

function isRejected(outcome: PromiseSettledResult<unknown>): outcome is PromiseRejectedResult {
  return outcome.status === 'rejected';
}

/** The SQLSTATE of a write in a read-only transaction. */
const readOnlyState = '25006';
