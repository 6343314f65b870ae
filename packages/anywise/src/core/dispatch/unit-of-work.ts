import { AnywiseError } from '../errors/errors.js';
import type { InHand } from './linked-list.js';
import type { Envelope } from '../message/envelope.js';
import type { ContainerAdapter, MessageServices, Scope, ServiceId } from '../ports/container.js';
import type {
  Claim,
  InboxEntry,
  KeptReply,
  ReplyKey,
  ScheduledEnvelope,
  Store,
  StoreTransaction,
} from '../ports/store.js';

export interface UnitOptions {
  readonly container: ContainerAdapter | undefined;
  readonly store: Store | undefined;
  readonly readOnly: boolean;
}

/** What must become true together with the unit's own writes. */
export interface Completion {
  readonly claim?: Claim;
  readonly reply?: { readonly key: ReplyKey; readonly kept: KeptReply };
}

const nothing: Completion = {};

/** What waits for the commit. */
interface Pending {
  readonly outgoing: Envelope[];
  readonly incoming: InboxEntry[];
  scheduled: ScheduledEnvelope[];
  readonly afterCommit: (() => void)[];
}

/**
 * What one root message and all that it causes share: the scope of its dependencies and the transaction of its writes.
 * Both open with first use.
 */
export class Unit implements InHand<Unit> {
  before: Unit | undefined;
  after: Unit | undefined;
  // Declared only, and set in the constructor: one is made for each message that needs a scope.
  declare private readonly options: UnitOptions;
  declare private pending: Pending | undefined;
  declare private scope: Scope | undefined;
  declare private transaction: StoreTransaction | undefined;
  declare private committing: boolean;
  declare private abandoned: Error | undefined;
  declare private isEnded: boolean;

  constructor(options: UnitOptions) {
    this.options = options;
    this.pending = undefined;
    this.scope = undefined;
    this.transaction = undefined;
    this.committing = false;
    this.abandoned = undefined;
    this.isEnded = false;
  }

  get ended(): boolean {
    return this.isEnded;
  }

  resolve(id: ServiceId, services: MessageServices): unknown {
    this.scope ??= this.options.container?.open();
    return this.scope?.resolve(id, services);
  }

  handle(id: ServiceId): unknown {
    return this.begin().handle(id);
  }

  /** Keeps events for the commit. */
  emit(outgoing: readonly Envelope[], incoming: readonly InboxEntry[]): void {
    const pending = this.toWrite();
    pending.outgoing.push(...outgoing);
    pending.incoming.push(...incoming);
  }

  /** Keeps a message that waits for its time for the commit. */
  schedule(scheduled: ScheduledEnvelope): void {
    this.toWrite().scheduled.push(scheduled);
  }

  /** Takes a scheduled message back with the commit, also one of this unit; `false` where it does not wait any more. */
  async cancel(id: string): Promise<boolean> {
    const pending = this.toWrite();
    const others = pending.scheduled.filter(({ envelope }) => envelope.id !== id);
    if (others.length === pending.scheduled.length) return this.begin().cancel(id);
    pending.scheduled = others;
    return true;
  }

  /** Runs once everything is committed, and not at all where it is not. */
  afterCommit(run: () => void): void {
    this.waiting().afterCommit.push(run);
  }

  /** `false` where the completion lost: its lease, or its key, is another's now. Then nothing was committed. */
  commit(completion: Completion = nothing): boolean | Promise<boolean> {
    const isIdle = this.pending === undefined && this.transaction === undefined;
    if (completion !== nothing || !isIdle) return this.commitAll(completion);
    if (this.abandoned !== undefined) throw this.abandoned;
    this.committing = true;
    return true;
  }

  private async commitAll({ claim, reply }: Completion): Promise<boolean> {
    if (this.abandoned !== undefined) throw this.abandoned;
    this.committing = true;
    const { outgoing = [], incoming = [], scheduled = [], afterCommit = [] } = this.pending ?? {};
    const appends = outgoing.length > 0 || incoming.length > 0;
    const writes = appends || scheduled.length > 0 || claim !== undefined || reply !== undefined;
    if (writes || this.transaction !== undefined) {
      const transaction = this.begin();
      if (appends) await transaction.append(outgoing, incoming);
      if (scheduled.length > 0) await transaction.schedule(scheduled);
      if (reply !== undefined && !(await transaction.keepReply(reply.key, reply.kept))) return false;
      if (claim !== undefined && !(await transaction.finish(claim))) return false;
      await transaction.commit();
    }
    for (const run of afterCommit) run();
    return true;
  }

  async rollback(): Promise<void> {
    await this.transaction?.rollback();
  }

  /**
   * Takes the writes back although the work goes on, so that it holds up nobody. `false`, and nothing done, once the commit
   * has begun.
   *
   * @param reason what the work is told when it wants to commit.
   */
  async abandon(reason: Error): Promise<boolean> {
    if (this.committing) return false;
    this.isEnded = true;
    this.abandoned = reason;
    await this.rollback();
    return true;
  }

  /** Ends the scope; what is used afterwards is an error. */
  end(): void | Promise<void> {
    this.isEnded = true;
    return this.scope?.dispose();
  }

  private waiting(): Pending {
    return (this.pending ??= { outgoing: [], incoming: [], scheduled: [], afterCommit: [] });
  }

  private toWrite(): Pending {
    if (!this.options.readOnly) return this.waiting();
    throw new AnywiseError(
      'READ_ONLY',
      'A query published or enqueued a message. Queries only read: make it a command.',
    );
  }

  private begin(): StoreTransaction {
    if (this.transaction === undefined) {
      if (this.options.store === undefined) {
        throw new AnywiseError(
          'INVALID_SETUP',
          'A transaction was asked for, but the bus has no store. Pass one as `store`.',
        );
      }
      this.transaction = this.options.store.begin({ readOnly: this.options.readOnly });
    }
    return this.transaction;
  }
}
