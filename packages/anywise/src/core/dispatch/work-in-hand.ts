import { AnywiseError } from '../errors/errors.js';
import { sleep } from '../time/timers.js';
import { untilAborted } from '../time/until-aborted.js';
import { Waiters } from '../../kit/wait.js';
import { LinkedList } from './linked-list.js';
import type { Abortable } from '../time/lazy-signal.js';
import { entityOf } from '../entities/entities.js';
import type { Instruments } from '../ports/instrumentation.js';
import type { Logger } from '../ports/logger.js';
import type { ContainerAdapter } from '../ports/container.js';
import type { Claim } from '../ports/inbox.js';
import { StreamConflictError } from '../ports/event-log.js';
import { SharedCommitError, type Completion, type Store } from '../ports/store.js';
import type { InlineProjections } from '../projections/inline.js';
import { UnitOfWork, type UnitOfWorkOptions } from './unit-of-work.js';

export interface WorkInHandOptions {
  readonly container: ContainerAdapter | undefined;
  readonly store: Store | undefined;
  /** Written with what is appended. @defaultValue none */
  readonly inline?: InlineProjections | undefined;
  readonly logger: Logger;
  /** @defaultValue counts nothing */
  readonly instruments?: Instruments | undefined;
}

export type Work = (unit: UnitOfWork) => Promise<Completion>;

type OpenOptions = Partial<Pick<UnitOfWorkOptions, 'readOnly' | 'isAlone' | 'isRerun' | 'claim'>>;

export interface RunOptions {
  readonly readOnly?: boolean;
  /** The claimed message that is handled. */
  readonly claim?: Claim | undefined;
  /** Abandons the unit when it is aborted: its writes are rolled back at once. The work continues, with its scope. */
  readonly signal?: Abortable | undefined;
}

const cannotDispose = 'A service of a message could not be disposed';
const cannotRollBack = 'A transaction could not be rolled back';

/** How often work runs again because another message was quicker. */
export const mostReruns = 5;
/** How long it waits before, at most, so that those that collided do not collide again. */
const rerunWithinMs = 20;

/** The units of work of the messages in hand: how they begin, commit and end. */
export class WorkInHand {
  readonly #options: WorkInHandOptions;
  readonly #writing: UnitOfWorkOptions;
  readonly #reading: UnitOfWorkOptions;
  readonly #inHand = new LinkedList<UnitOfWork>();
  #isClosed = false;
  readonly #waiters = new Waiters();

  constructor(options: WorkInHandOptions) {
    const { container, store, inline } = options;
    this.#options = options;
    // Shared by all units: one is made for each message that needs a scope.
    this.#writing = { container, store, inline, readOnly: false, isAlone: false, isRerun: false, claim: undefined };
    this.#reading = { ...this.#writing, readOnly: true };
  }

  open(readOnly = false): UnitOfWork {
    return new UnitOfWork(readOnly ? this.#reading : this.#writing);
  }

  /** @throws AnywiseError (`NOT_RUNNING`) once the bus has given up what it had in hand. */
  take(unit: UnitOfWork): void {
    if (this.#isClosed) throw stoppedBefore();
    this.#inHand.add(unit);
  }

  /** Ends a unit; returns a promise only if something has to be disposed. */
  letGo(unit: UnitOfWork): Promise<void> | undefined {
    const outliving = unit.outlivingWork;
    if (outliving !== undefined) {
      unit.close();
      this.#letGoAfter(outliving, unit);
      return undefined;
    }
    try {
      const ending = unit.end();
      if (ending !== undefined) return this.#quietly(cannotDispose, () => ending).finally(() => this.#gone(unit));
    } catch (error) {
      this.#options.logger.error({ err: error }, cannotDispose);
    }
    this.#gone(unit);
    return undefined;
  }

  rollback(unit: UnitOfWork, error: unknown): Promise<void> {
    return this.#quietly(cannotRollBack, () => unit.rollback(error));
  }

  /**
   * Runs work in its own unit and commits it; `false` if the completion lost and everything was rolled back. If a commit
   * shared with others failed, it runs again alone. If another message has appended to one of its streams in between, it runs
   * again, up to five times, and then in turn with those that do the same.
   */
  async run(work: Work, options: RunOptions = {}): Promise<boolean> {
    let isAlone = false;
    for (let conflicts = 0; ;) {
      try {
        return await this.#run(this.#openFor({ ...options, isAlone, isRerun: conflicts > 0 }), work, options.signal);
      } catch (error) {
        const isConflict = StreamConflictError.is(error);
        if (isConflict) this.#count(error);
        if (SharedCommitError.is(error) && !isAlone) isAlone = true;
        else if (!isConflict || ++conflicts > mostReruns) throw error;
        else await sleep(Math.random() * rerunWithinMs);
        if (options.signal?.aborted === true) throw error;
      }
    }
  }

  #count({ stream }: StreamConflictError): void {
    const { instruments } = this.#options;
    if (instruments?.isActive === true) instruments.counts.conflict(entityOf(stream));
  }

  #openFor({ readOnly = false, isAlone = false, isRerun = false, claim }: OpenOptions): UnitOfWork {
    return new UnitOfWork({ ...this.#writing, readOnly, isAlone, isRerun, claim });
  }

  async #run(unit: UnitOfWork, work: Work, signal: Abortable | undefined): Promise<boolean> {
    this.take(unit);
    const outcome = commit(unit, work);
    try {
      if (signal === undefined) return await outcome;
      return await untilAborted(outcome, signal, () => unit.abandon(signal.reason as Error));
    } catch (error) {
      await this.rollback(unit, error);
      throw error;
    } finally {
      if (unit.isAbandoned) this.#letGoAfter(outcome, unit);
      else await this.letGo(unit);
    }
  }

  /** Resolves when no message is in hand, or after `timeoutMs`. */
  async untilIdle(timeoutMs: number): Promise<void> {
    await this.#waiters.until(() => this.#inHand.isEmpty, timeoutMs);
  }

  /** Rolls back the writes of every message in hand, and refuses further ones: time is up. */
  async abandon(): Promise<void> {
    this.#isClosed = true;
    const undo = [...this.#inHand].map((unit) => this.#quietly(cannotRollBack, () => unit.abandon(stoppedBefore())));
    await Promise.all(undo);
  }

  /** Abandoned code has no effect and is not waited for, but it may still use the services of its scope. */
  #letGoAfter(outcome: Promise<unknown>, unit: UnitOfWork): void {
    this.#gone(unit);
    const end = (): void =>
      void this.#quietly(cannotDispose, async () => {
        await unit.outlivingWork;
        await unit.end();
      });
    outcome.then(end, end);
  }

  #gone(unit: UnitOfWork): void {
    this.#inHand.delete(unit);
    if (this.#inHand.isEmpty) this.#waiters.wake();
  }

  /** The outcome is decided by then: reporting this failure to the caller instead would be wrong. */
  async #quietly(failure: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#options.logger.error({ err: error }, failure);
    }
  }
}

/** Runs work and commits it; `false` if the completion lost and everything was rolled back. */
async function commit(unit: UnitOfWork, work: Work): Promise<boolean> {
  return unit.commit(await work(unit));
}

function stoppedBefore(): AnywiseError {
  return new AnywiseError('NOT_RUNNING', 'The bus stopped before the message was finished; nothing was committed.', {
    retryable: true,
  });
}
