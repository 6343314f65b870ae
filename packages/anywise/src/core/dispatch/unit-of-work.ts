import { AnywiseError } from '../errors/errors.js';
import { errorText } from '../errors/thrown.js';
import type { Evolved } from '../entities/evolve.js';
import type { Linked } from './linked-list.js';
import type { Envelope } from '../message/envelope.js';
import type { ContainerAdapter, MessageServices, Scope, ScopeOutcome, ServiceId } from '../ports/container.js';
import type { LogTransaction, StreamAppend } from '../ports/event-log.js';
import type { Claim, InboxEntry } from '../ports/inbox.js';
import type { ScheduledEnvelope } from '../ports/outbox.js';
import type { InlineProjections } from '../projections/inline.js';
import type { ProjectionTransaction } from '../ports/projections.js';
import type { SagaTransaction } from '../ports/sagas.js';
import type { Completion, TransactionPart, Store, StoreTransaction } from '../ports/store.js';

export interface UnitOfWorkOptions {
  readonly container: ContainerAdapter | undefined;
  readonly store: Store | undefined;
  /** Written with what is appended. @defaultValue none */
  readonly inline?: InlineProjections | undefined;
  readonly readOnly: boolean;
  /** Shares its commit with no other. */
  readonly isAlone: boolean;
  /** Whether another message was quicker the last time. */
  readonly isRerun: boolean;
  /** The claimed message that it handles, again and again until it has committed. @defaultValue none */
  readonly claim?: Claim | undefined;
}

/** A part of the work whose failure undoes what it wrote, while the rest goes on. */
export interface Part {
  readonly outer: Part | undefined;
  /** The pending writes when it began. */
  readonly before: Uncommitted;
  /** The same part of the store's transaction, once there is one. */
  stored: TransactionPart | undefined;
  /** Whether it overlapped with another part that is not within it, so that their writes cannot be told apart. */
  overlaps: boolean;
}

const unfinished: ScopeOutcome = { committed: false };
const committed: ScopeOutcome = { committed: true };

/** A completion for work that completes nothing. */
export const nothingElse: Completion = {};

/** What a message has appended to a stream so far. */
export interface PendingStream extends StreamAppend {
  /** The version after it. */
  readonly version: number;
  readonly evolved: Evolved;
}

/** What to write with the commit, and what to do after it. */
interface Uncommitted {
  readonly outgoing: Envelope[];
  readonly incoming: InboxEntry[];
  scheduled: ScheduledEnvelope[];
  /** By the name of the stream, in the order of the first append to each. */
  readonly streams: Map<string, PendingStream>;
  readonly afterCommit: (() => void)[];
}

/**
 * What one root message and everything it causes share: the scope of its dependencies and the transaction of its writes.
 * Both open on first use.
 */
export class UnitOfWork implements Linked<UnitOfWork> {
  before: UnitOfWork | undefined;
  after: UnitOfWork | undefined;
  // Declared only, and set in the constructor: one is made for each message that needs a scope.
  declare private readonly options: UnitOfWorkOptions;
  declare private uncommitted: Uncommitted | undefined;
  declare private scope: Scope | undefined;
  declare private transaction: StoreTransaction | undefined;
  declare private parts: Part[] | undefined;
  /** Why it can no longer commit. */
  declare private doomed: Error | undefined;
  declare private committing: boolean;
  declare private abandoned: Error | undefined;
  declare private isEnded: boolean;
  declare private outcome: ScopeOutcome;
  /** Work that was given less time than the message, and may still run after the message has ended. */
  declare private outliving: Set<Promise<unknown>> | undefined;

  constructor(options: UnitOfWorkOptions) {
    this.options = options;
    this.uncommitted = undefined;
    this.scope = undefined;
    this.transaction = undefined;
    this.parts = undefined;
    this.doomed = undefined;
    this.committing = false;
    this.abandoned = undefined;
    this.isEnded = false;
    this.outcome = unfinished;
    this.outliving = undefined;
  }

  get ended(): boolean {
    return this.isEnded;
  }

  get isReadOnly(): boolean {
    return this.options.readOnly;
  }

  get claim(): Claim | undefined {
    return this.options.claim;
  }

  /** Whether another message was quicker the last time, so that this time others should wait. */
  get isRerun(): boolean {
    return this.options.isRerun;
  }

  /** The log within the transaction. */
  get log(): LogTransaction {
    const { log } = this.begin();
    if (log !== undefined) return log;
    throw new AnywiseError('INVALID_SETUP', 'Entities were asked for, but the store of this bus keeps no events.');
  }

  /** The read models within the transaction. */
  get projections(): ProjectionTransaction {
    const { projections } = this.begin();
    if (projections !== undefined) return projections;
    throw new AnywiseError('INVALID_SETUP', 'A read model was asked for, but the store of this bus keeps none.');
  }

  /** The sagas within the transaction. */
  get sagas(): SagaTransaction {
    const { sagas } = this.begin();
    if (sagas !== undefined) return sagas;
    throw new AnywiseError('INVALID_SETUP', 'A saga was asked for, but the store of this bus keeps none.');
  }

  /** What was appended to a stream in this unit. */
  pendingStream(stream: string): PendingStream | undefined {
    return this.uncommitted?.streams.get(stream);
  }

  /** Holds what is appended to a stream until the commit. */
  appendToStream(pending: PendingStream): void {
    this.toWrite().streams.set(pending.stream, pending);
  }

  get isAbandoned(): boolean {
    return this.abandoned !== undefined;
  }

  resolve(id: ServiceId, services: MessageServices): unknown {
    this.scope ??= this.options.container?.open();
    return this.scope?.resolve(id, services);
  }

  /** The instance of `id`, one of the services that the store provides. */
  client(id: ServiceId): unknown {
    return this.begin().client(id);
  }

  /** Holds events until the commit. */
  emit(outgoing: readonly Envelope[], incoming: readonly InboxEntry[]): void {
    const uncommitted = this.toWrite();
    uncommitted.outgoing.push(...outgoing);
    uncommitted.incoming.push(...incoming);
  }

  /** Holds a scheduled message until the commit. */
  schedule(scheduled: ScheduledEnvelope): void {
    this.toWrite().scheduled.push(scheduled);
  }

  /** Cancels a scheduled message with the commit, even one of this unit; `false` if it no longer waits. */
  async cancel(id: string): Promise<boolean> {
    const uncommitted = this.toWrite();
    const others = uncommitted.scheduled.filter(({ envelope }) => envelope.id !== id);
    if (others.length === uncommitted.scheduled.length) return this.begin().cancel(id);
    uncommitted.scheduled = others;
    return true;
  }

  /** Runs `task` after the commit; never, if the unit does not commit. */
  afterCommit(run: () => void): void {
    this.waiting().afterCommit.push(run);
  }

  /** Begins a part; `undefined` without a store, because nothing can be undone then. */
  beginPart(outer: Part | undefined): Part | undefined {
    if (this.options.store === undefined) return undefined;
    const parts = this.parts ?? [];
    const overlaps = parts.at(-1) !== outer;
    const begunWithin = outer === undefined ? 0 : parts.indexOf(outer) + 1;
    if (overlaps) for (const other of parts.slice(begunWithin)) other.overlaps = true;
    const stored = overlaps ? undefined : this.transaction?.nest();
    const part: Part = { outer, before: copyOf(this.uncommitted), stored, overlaps };
    this.parts = [...parts, part];
    return part;
  }

  /** Merges the writes of a part into the rest. */
  async endPart(part: Part): Promise<void> {
    const isLast = this.parts?.at(-1) === part;
    this.removePart(part);
    if (isLast && !this.isEnded) await part.stored?.end();
  }

  /** Undoes the writes of a part. If they cannot be told from those of others, the whole unit can no longer commit. */
  async undoPart(part: Part, cause: unknown): Promise<void> {
    this.removePart(part);
    if (this.isEnded || (this.uncommitted === undefined && this.transaction === undefined)) return;
    if (part.overlaps) {
      this.doomed ??= cannotUndo(cause);
      return;
    }
    if (this.uncommitted !== undefined) this.uncommitted = part.before;
    await part.stored?.undo();
  }

  private removePart(part: Part): void {
    this.parts = this.parts?.filter((other) => other !== part);
  }

  /** `false` if the completion lost: its lease or its key belongs to another now. Then nothing was committed. */
  commit(completion: Completion = nothingElse): boolean | Promise<boolean> {
    const isIdle = this.uncommitted === undefined && this.transaction === undefined;
    if (completion !== nothingElse || !isIdle) return this.commitAll(completion);
    this.assertMayCommit();
    this.committing = true;
    this.outcome = committed;
    return true;
  }

  private assertMayCommit(): void {
    const reason = this.abandoned ?? this.doomed;
    if (reason !== undefined) throw reason;
  }

  private async commitAll(completion: Completion): Promise<boolean> {
    this.assertMayCommit();
    this.committing = true;
    const { outgoing = [], incoming = [], scheduled = [], afterCommit = [] } = this.uncommitted ?? {};
    const streams = [...(this.uncommitted?.streams.values() ?? [])];
    const appends = outgoing.length > 0 || incoming.length > 0 || scheduled.length > 0;
    const completes =
      completion.claim !== undefined || completion.claims !== undefined || completion.reply !== undefined;
    if (appends || completes || streams.length > 0 || this.transaction !== undefined) {
      const transaction = this.begin();
      const { inline } = this.options;
      const projected = streams.length === 0 ? undefined : await inline?.write(transaction, streams);
      if (streams.length > 0) await this.log.append(streams);
      if (appends) await transaction.append({ outgoing, scheduled, incoming });
      if (!(await transaction.commit(completion))) return false;
      if (projected !== undefined) inline?.committed(projected);
    }
    this.outcome = committed;
    for (const run of afterCommit) run();
    return true;
  }

  /** Undoes what was written. @param error why, for what the scope disposes of. */
  async rollback(error: unknown): Promise<void> {
    this.outcome = { committed: false, error };
    await this.transaction?.rollback();
  }

  /**
   * Rolls the writes back although the work continues, so that they block nothing else. Does nothing and returns `false`
   * once the commit has begun.
   *
   * @param reason what the commit rejects with when the work gets there.
   */
  async abandon(reason: Error): Promise<boolean> {
    if (this.committing) return false;
    this.isEnded = true;
    this.abandoned = reason;
    await this.rollback(reason);
    return true;
  }

  /** Tracks work that may outlive its message. Such work keeps the scope, but cannot begin a transaction. */
  mayOutlive(work: Promise<unknown>): void {
    const outliving = (this.outliving ??= new Set());
    const end = (): void => void outliving.delete(work);
    outliving.add(work);
    work.then(end, end);
  }

  /** The end of the work that still runs; `undefined` if there is no such work. */
  get outlivingWork(): Promise<unknown> | undefined {
    return this.outliving === undefined || this.outliving.size === 0 ? undefined : Promise.allSettled(this.outliving);
  }

  /** Ends the transaction, and leaves the scope open. */
  close(): void {
    this.isEnded = true;
  }

  /** Ends the scope; using it afterwards is an error. */
  end(): void | Promise<void> {
    this.isEnded = true;
    return this.scope?.dispose(this.outcome);
  }

  private waiting(): Uncommitted {
    return (this.uncommitted ??= copyOf(undefined));
  }

  private toWrite(): Uncommitted {
    if (!this.options.readOnly) return this.waiting();
    throw new AnywiseError(
      'READ_ONLY',
      'A query published or enqueued a message. Queries only read: make it a command.',
    );
  }

  private begin(): StoreTransaction {
    // A transaction that begins now would never end.
    if (this.isEnded) throw this.abandoned ?? endedBefore();
    if (this.transaction === undefined) {
      if (this.options.store === undefined) {
        throw new AnywiseError(
          'INVALID_SETUP',
          'A transaction was asked for, but the bus has no store. Pass one as `store`.',
        );
      }
      const { readOnly, isAlone } = this.options;
      const transaction = this.options.store.begin({ readOnly, isAlone });
      this.transaction = transaction;
      for (const part of this.parts ?? []) if (!part.overlaps) part.stored = transaction.nest();
    }
    return this.transaction;
  }
}

function copyOf(uncommitted: Uncommitted | undefined): Uncommitted {
  const { outgoing = [], incoming = [], scheduled = [], streams = [], afterCommit = [] } = uncommitted ?? {};
  return {
    outgoing: [...outgoing],
    incoming: [...incoming],
    scheduled: [...scheduled],
    streams: new Map(streams),
    afterCommit: [...afterCommit],
  };
}

function cannotUndo(cause: unknown): AnywiseError {
  return new AnywiseError(
    'NOT_UNDONE',
    `A command failed (${errorText(cause)}) while another one of the same message was running, so its writes could not be undone separately. Nothing was committed. Await each send before the next, or let the failure through.`,
    { cause },
  );
}

function endedBefore(): AnywiseError {
  return new AnywiseError(
    'NOT_AWAITED',
    'A transaction was asked for after its message had ended, for example because its time was up. Pass `context.signal` on to slow work.',
  );
}
