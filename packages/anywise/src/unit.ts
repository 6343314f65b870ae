import { AnywiseError } from './errors.js';
import type { InHand } from './in-hand.js';
import type { Envelope } from './envelope.js';
import type { ContainerAdapter, MessageServices, Scope, ServiceId } from './scope.js';
import type { Claim, InboxEntry, ReplyKey, KeptReply, Store, StoreTransaction } from './store.js';

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

/**
 * What one root message and all that it causes share: the scope of its dependencies and the transaction of its writes.
 * Both open with first use.
 */
export class Unit implements InHand<Unit> {
  before: Unit | undefined;
  after: Unit | undefined;
  readonly #options: UnitOptions;
  readonly #outgoing: Envelope[] = [];
  readonly #incoming: InboxEntry[] = [];
  readonly #afterCommit: (() => void)[] = [];
  #scope: Scope | undefined;
  #transaction: StoreTransaction | undefined;
  #committing = false;
  #abandoned: Error | undefined;
  #ended = false;

  constructor(options: UnitOptions) {
    this.#options = options;
  }

  get ended(): boolean {
    return this.#ended;
  }

  resolve(id: ServiceId, services: MessageServices): unknown {
    this.#scope ??= this.#options.container?.open();
    return this.#scope?.resolve(id, services);
  }

  handle(id: ServiceId): unknown {
    return this.#begin().handle(id);
  }

  /** Keeps events for the commit. */
  emit(outgoing: readonly Envelope[], incoming: readonly InboxEntry[]): void {
    if (this.#options.readOnly) {
      throw new AnywiseError('READ_ONLY', 'A query published an event. Queries only read: make it a command.');
    }
    this.#outgoing.push(...outgoing);
    this.#incoming.push(...incoming);
  }

  /** Runs once everything is committed, and not at all where it is not. */
  afterCommit(run: () => void): void {
    this.#afterCommit.push(run);
  }

  /** `false` where the completion lost: its lease, or its key, is another's now. Then nothing was committed. */
  commit(completion: Completion = nothing): boolean | Promise<boolean> {
    if (completion !== nothing || this.#hasWrites || this.#afterCommit.length > 0) return this.#commit(completion);
    if (this.#abandoned !== undefined) throw this.#abandoned;
    this.#committing = true;
    return true;
  }

  get #hasWrites(): boolean {
    return this.#outgoing.length > 0 || this.#incoming.length > 0 || this.#transaction !== undefined;
  }

  async #commit(completion: Completion): Promise<boolean> {
    const committed = await this.#write(completion);
    if (committed) for (const run of this.#afterCommit) run();
    return committed;
  }

  async #write({ claim, reply }: Completion): Promise<boolean> {
    if (this.#abandoned !== undefined) throw this.#abandoned;
    this.#committing = true;
    const emits = this.#outgoing.length > 0 || this.#incoming.length > 0;
    if (!emits && claim === undefined && reply === undefined && this.#transaction === undefined) return true;
    const transaction = this.#begin();
    if (emits) await transaction.append(this.#outgoing, this.#incoming);
    if (reply !== undefined && !(await transaction.keepReply(reply.key, reply.kept))) return false;
    if (claim !== undefined && !(await transaction.finish(claim))) return false;
    await transaction.commit();
    return true;
  }

  async rollback(): Promise<void> {
    await this.#transaction?.rollback();
  }

  /**
   * Takes the writes back although the work goes on, so that it holds up nobody. `false`, and nothing done, once the commit
   * has begun.
   *
   * @param reason what the work is told when it wants to commit.
   */
  async abandon(reason: Error): Promise<boolean> {
    if (this.#committing) return false;
    this.#ended = true;
    this.#abandoned = reason;
    await this.rollback();
    return true;
  }

  /** Ends the scope; what is used afterwards is an error. */
  end(): void | Promise<void> {
    this.#ended = true;
    return this.#scope?.dispose();
  }

  #begin(): StoreTransaction {
    if (this.#transaction === undefined) {
      if (this.#options.store === undefined) {
        throw new AnywiseError(
          'INVALID_SETUP',
          'A transaction was asked for, but the bus has no store. Pass one as `store`.',
        );
      }
      this.#transaction = this.#options.store.begin({ readOnly: this.#options.readOnly });
    }
    return this.#transaction;
  }
}
