import { errorText } from '../core/errors/thrown.js';
import { StreamConflictError, type LogTransaction, type StreamAppend } from '../core/ports/event-log.js';
import type { SagaTransaction } from '../core/ports/sagas.js';
import type { Claim } from '../core/ports/inbox.js';
import type { ProjectionTransaction, ProjectionVersion } from '../core/ports/projections.js';
import type {
  Completion,
  NewMessages,
  StoreChanged,
  StorePart,
  StoreTransaction,
  TransactionPart,
} from '../core/ports/store.js';
import { queryWrote, usedAfterEnd } from '../kit/transaction.js';
import type { Connection, Connections } from './client.js';
import { eraseStream, insertEvents, loadStream, versionOf } from './event-log.js';
import { insertEntries } from './entries.js';
import { endClaims, holdsClaims } from './finish.js';
import { faultsIn } from './projection-faults.js';
import { advanceIn, generationOf, giveUpOthers, makeLive, writableIn } from './projections.js';
import { deleteScheduled, insertScheduled, outboxEntry, type OutboxEntry } from './outbox.js';
import { openSaga, saveSaga, takeEarly } from './sagas.js';
import { keepReply } from './replies.js';
import { TransactionClient, type SqliteTransaction } from './transaction-client.js';
import type { AtCommit, OpenTransaction, Writer } from './writer.js';

export interface SqliteTransactionOptions {
  readonly connections: Connections;
  readonly writer: Writer;
  /** Puts envelopes into the outbox. */
  readonly append: AtCommit<OutboxEntry>;
  readonly readOnly: boolean;
  readonly isAlone: boolean;
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

type Reply = NonNullable<Completion['reply']>;

/** The transaction of one message on the store's single writing connection; queries use another. */
export class SqliteStoreTransaction implements StoreTransaction {
  readonly #connections: Connections;
  readonly #writer: Writer;
  readonly #append: AtCommit<OutboxEntry>;
  readonly #readOnly: boolean;
  readonly #isAlone: boolean;
  readonly #changed: StoreChanged;
  readonly #lastWrites: ((connection: Connection) => void)[] = [];
  readonly #filled = new Set<StorePart>();
  /** The versions of streams after what was appended here. */
  readonly #versions = new Map<string, number>();
  /** The projections that this transaction writes itself, if it appends. */
  #written: readonly ProjectionVersion[] = [];
  #parts: Part[] = [];
  #places = 0;
  #open: Promise<OpenTransaction> | undefined;
  #ended = false;

  constructor({ connections, writer, append, readOnly, isAlone, changed }: SqliteTransactionOptions) {
    this.#connections = connections;
    this.#writer = writer;
    this.#append = append;
    this.#readOnly = readOnly;
    this.#isAlone = isAlone;
    this.#changed = changed;
  }

  client(): SqliteTransaction {
    return new TransactionClient((work) => this.#onConnection(work));
  }

  async append({ outgoing = [], scheduled = [], incoming = [] }: NewMessages): Promise<void> {
    await this.#begin();
    const entries = outgoing.map(outboxEntry);
    if (scheduled.length > 0) await this.#onWriter((connection) => insertScheduled(connection, scheduled));
    this.#lastWrites.push((connection) => {
      for (const one of entries) this.#writer.atCommit(this.#append, one);
      insertEntries(connection, incoming, this.#writer);
    });
    if (entries.length > 0 || scheduled.length > 0) this.#filled.add('outbox');
    if (incoming.length > 0) this.#filled.add('inbox');
  }

  get log(): LogTransaction {
    return {
      load: (stream, options) => this.#read((connection) => loadStream(connection, stream, options)),
      append: (appends) => this.#appendToStreams(appends),
      erase: (stream) => this.#onWriter((connection) => eraseStream(connection, stream)),
    };
  }

  get projections(): ProjectionTransaction {
    return {
      faults: faultsIn((work) => this.#onWriter(work)),
      generation: (projection) => this.#read((connection) => generationOf(connection, projection)),
      writable: (projections) => {
        this.#written = projections;
        return this.#read((connection) => writableIn(connection, projections));
      },
      advance: (key, from, to) => this.#onWriter((connection) => advanceIn(connection, key, from, to)),
      appendAlone: async () => {
        // The single writer is alone.
        await this.#begin();
      },
      live: (key, isInline) => this.#onWriter((connection) => makeLive(connection, key, isInline ? 'inline' : 'live')),
    };
  }

  get sagas(): SagaTransaction {
    return {
      open: (name, key) => this.#read((connection) => openSaga(connection, name, key)),
      save: (saga, step) => this.#onWriter((connection) => saveSaga(connection, saga, step)),
      takeEarly: (name, key) => this.#onWriter((connection) => takeEarly(connection, name, key)),
    };
  }

  async cancel(id: string): Promise<boolean> {
    return this.#onConnection((connection) => deleteScheduled(connection, id));
  }

  nest(): TransactionPart {
    const part: Part = { isWhole: this.#open === undefined, savepoint: undefined };
    this.#parts.push(part);
    return { undo: () => this.#undo(part), end: () => this.#leave(part) };
  }

  async commit({ claim, claims = [], reply }: Completion = {}): Promise<boolean> {
    const finished = claim === undefined ? claims : [claim, ...claims];
    const isKept = reply === undefined || (await this.#keep(reply));
    if (!isKept || (finished.length > 0 && !(await this.#finish(finished)))) {
      await this.rollback();
      return false;
    }
    const open = await this.#end();
    await open?.commit(() => {
      for (const write of this.#lastWrites) write(this.#connections.writer);
    });
    for (const part of this.#filled) this.#changed(part);
    return true;
  }

  async rollback(): Promise<void> {
    // A part that could not begin has nothing to undo.
    const open = await this.#end().catch(() => undefined);
    await open?.rollback();
  }

  /** A part that holds all the writes so far is undone with the transaction: the next statement begins another. */
  async #undo(part: Part): Promise<void> {
    const open = await this.#open;
    this.#parts = this.#parts.slice(0, this.#parts.indexOf(part));
    if (open === undefined || this.#ended) return;
    if (part.isWhole) {
      this.#open = undefined;
      await open.rollback();
    } else if (part.savepoint !== undefined) {
      open.protect();
      this.#connections.writer.run(`ROLLBACK TO ${part.savepoint}`);
    }
  }

  async #leave(part: Part): Promise<void> {
    const open = await this.#open;
    this.#parts = this.#parts.filter((other) => other !== part);
    const { savepoint } = part;
    if (open === undefined || savepoint === undefined || this.#ended) return;
    const isNeeded = this.#parts.some((other) => other.savepoint === savepoint);
    if (!isNeeded) this.#connections.writer.run(`RELEASE ${savepoint}`);
  }

  /** Sets a savepoint for each part that has none; parts that have written nothing yet share it. */
  #savePlace(): void {
    const without = this.#parts.filter(({ isWhole, savepoint }) => !isWhole && savepoint === undefined);
    if (without.length === 0) return;
    const savepoint = `part_${++this.#places}`;
    this.#connections.writer.run(`SAVEPOINT ${savepoint}`);
    for (const part of without) part.savepoint = savepoint;
  }

  /** `false` if the key is taken. */
  async #keep({ key, kept }: Reply): Promise<boolean> {
    return this.#onWriter((connection) => keepReply(connection, key, kept));
  }

  /** `false` if a lease was lost. */
  async #finish(claims: readonly Claim[]): Promise<boolean> {
    await this.#begin();
    // From here to the commit no other can write, so the claims cannot change.
    if (!holdsClaims(this.#connections.writer, claims)) return false;
    this.#lastWrites.push(() => {
      for (const { seq } of claims) this.#writer.atCommit(endClaims, seq);
    });
    return true;
  }

  #end(): Promise<OpenTransaction | undefined> {
    const open = this.#open;
    this.#ended = true;
    this.#open = undefined;
    return Promise.resolve(open);
  }

  async #onConnection<T>(work: (connection: Connection) => T): Promise<T> {
    if (!this.#readOnly) return this.#onWriter(work);
    try {
      return work(this.#connections.reader);
    } catch (cause) {
      if (!/readonly/i.test(errorText(cause))) throw cause;
      throw queryWrote({ cause });
    }
  }

  async #onWriter<T>(work: (connection: Connection) => T): Promise<T> {
    const open = await this.#begin();
    open.protect();
    this.#savePlace();
    try {
      return work(this.#connections.writer);
    } catch (error) {
      open.failed(error);
      throw error;
    }
  }

  /** Reads what this transaction sees. From then on nothing else writes, so what was read is still true at the commit. */
  async #read<T>(read: (connection: Connection) => T): Promise<T> {
    if (this.#readOnly) return this.#onConnection(read);
    const open = await this.#begin();
    try {
      return read(this.#connections.writer);
    } catch (error) {
      open.failed(error);
      throw error;
    }
  }

  /** The commit cannot find another version than this: no other can write in between. */
  async #appendToStreams(appends: readonly StreamAppend[]): Promise<void> {
    await this.#begin();
    if (appends.length > 0 && this.#versions.size === 0) {
      this.#lastWrites.push((connection) => giveUpOthers(connection, this.#written));
    }
    for (const append of appends) {
      const { stream, expected, events } = append;
      const version = this.#versions.get(stream) ?? versionOf(this.#connections.writer, stream);
      if (version !== expected) throw new StreamConflictError(stream);
      this.#versions.set(stream, expected + events.length);
      this.#lastWrites.push((connection) => insertEvents(connection, append));
    }
    if (appends.length > 0) this.#filled.add('log');
  }

  #begin(): Promise<OpenTransaction> {
    if (this.#ended) {
      throw usedAfterEnd();
    }
    if (this.#readOnly) throw queryWrote();
    return (this.#open ??= this.#writer.open({ isAlone: this.#isAlone }));
  }
}
