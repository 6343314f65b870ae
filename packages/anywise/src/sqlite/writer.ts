import { sleep } from '../core/time/timers.js';
import { AnywiseError } from '../core/errors/errors.js';
import { SharedCommitError } from '../core/ports/store.js';
import { Mutex } from '../kit/mutex.js';
import { isBusy, type Connection } from './client.js';
import { now } from './sql.js';

interface Job {
  readonly work: () => unknown;
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
}

/** A transaction held open by its owner. */
export interface OpenTransaction {
  /**
   * Call it before each write: makes sure that `rollback` undoes that write, and nothing before it.
   *
   * @throws the error that ended the transaction, if SQLite has rolled it back by itself.
   */
  protect(): void;
  /** Call it after each failed statement: SQLite may have rolled everything back by itself. */
  failed(error: unknown): void;
  /**
   * Resolves when its writes are committed.
   *
   * @param lastWrites writes that can no longer be undone separately. A database failure in them fails the shared commit.
   * @throws SharedCommitError if the commit was shared and another may be to blame for its failure.
   */
  commit(lastWrites?: () => void): Promise<void>;
  /** Resolves once its writes are undone, and earlier writes are visible to others. */
  rollback(): Promise<void>;
}

/** Handles the values that the transactions of one commit left for it. The function it returns runs after the commit. */
export type AtCommit<T> = (connection: Connection, values: readonly T[]) => (() => void) | undefined;

/** The callers that wait for a shared commit. */
interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** How long a transaction waits for another, of this or another process. */
const lockDeadlineMs = 10_000;
/** Other processes want the file too: nothing joins a transaction older than this. */
const defaultSharedForMs = 10;

/**
 * The single writer of a file in this process. Transactions take turns here, so that the statements of two handlers never
 * mix on the connection. It waits for other processes without blocking the event loop.
 *
 * A commit costs more than the writes of most transactions. So those that end within one turn of the event loop share a
 * commit, and each resolves with it. The first is undone by undoing everything; each later one is a savepoint from its first
 * write on, for which SQLite copies every written page.
 *
 * ```text
 *   BEGIN ─▶ first ─┬─ another comes in this turn ─▶ SAVEPOINT ─▶ RELEASE or ROLLBACK TO ─▶ …
 *                   └─ the turn ends ─▶ what was left for the commit ─▶ COMMIT, all are told
 * ```
 *
 * The turn also keeps the event loop going: SQLite is synchronous, and work that never waits would starve everything else.
 */
export class Writer {
  readonly #connection: Connection;
  readonly #sharedForMs: number;
  readonly #mutex = new Mutex();
  #jobs: Job[] = [];
  #waiters: Waiter[] = [];
  readonly #atCommit = new Map<AtCommit<unknown>, unknown[]>();
  #beganAt = 0;
  #nowMs: number | undefined;
  #isTaken = false;
  #commitsSoon = false;

  constructor(connection: Connection, sharedForMs = defaultSharedForMs) {
    this.#connection = connection;
    this.#sharedForMs = sharedForMs;
  }

  /** Runs synchronous work in a transaction. Work that is waiting at the same time shares one commit. */
  run<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#jobs.push({ work, resolve, reject });
      if (this.#jobs.length === 1) void this.#drain();
    });
  }

  /**
   * Begins a transaction that stays open until its owner ends it. All others wait.
   *
   * @param isAlone does not share its commit.
   * @throws AnywiseError (`UNAVAILABLE`) if another transaction is held open for too long.
   */
  async open({ isAlone = false } = {}): Promise<OpenTransaction> {
    const release = await this.#mutex.acquireWithin(lockDeadlineMs);
    if (release === undefined) throw heldOpen();
    if (isAlone) this.#commitWaiters();
    const isFirst = this.#waiters.length === 0;
    try {
      if (isFirst) await this.#begin();
    } catch (error) {
      release();
      throw error;
    }
    this.#isTaken = true;
    let isSavepoint = false;
    let lost: { readonly error: unknown } | undefined;
    return {
      protect: () => {
        if (lost !== undefined) throw lost.error;
        if (isFirst || isSavepoint) return;
        this.#connection.run('SAVEPOINT member');
        isSavepoint = true;
      },
      failed: (error) => {
        if (lost !== undefined || this.#isInTransaction()) return;
        lost = { error };
        this.#tellWaiters(error);
      },
      commit: async (lastWrites) => {
        if (lost !== undefined) {
          this.#leave(release);
          throw lost.error;
        }
        const end = (): void => {
          lastWrites?.();
          if (isSavepoint) this.#connection.run('RELEASE member');
        };
        await this.#end(release, end, isAlone);
      },
      rollback: async () => {
        if (lost !== undefined) this.#leave(release);
        else if (isFirst) this.#abort(release);
        else {
          const end = (): void => {
            if (!isSavepoint) return;
            this.#connection.run('ROLLBACK TO member');
            this.#connection.run('RELEASE member');
          };
          await this.#end(release, end, false);
        }
      },
    };
  }

  /**
   * Runs synchronous work while no transaction of this process is open.
   *
   * @throws AnywiseError (`UNAVAILABLE`) if one is held open for too long.
   */
  async between(work: () => void): Promise<void> {
    const release = await this.#mutex.acquireWithin(lockDeadlineMs);
    if (release === undefined) throw heldOpen();
    try {
      this.#commitWaiters();
      work();
    } finally {
      release();
    }
  }

  /** When the shared transaction began, by the database's clock, in milliseconds: asking for each row would cost more. */
  get nowMs(): number {
    return (this.#nowMs ??= this.#connection.get<{ ms: number }>(`SELECT ${now} AS ms`)?.ms ?? 0);
  }

  /** Leaves a value for work done once, right before the shared commit. For use in `lastWrites`. */
  atCommit<T>(work: AtCommit<T>, value: T): void {
    const values = this.#atCommit.get(work as AtCommit<unknown>);
    if (values === undefined) this.#atCommit.set(work as AtCommit<unknown>, [value]);
    else values.push(value);
  }

  /** Ends a transaction. A shared one ends with the turn, or now if it has lasted long. */
  #end(release: () => void, lastWrites: () => void, isAlone: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      this.#isTaken = false;
      try {
        lastWrites();
        if (isAlone || performance.now() - this.#beganAt > this.#sharedForMs) this.#commit();
        else this.#commitSoon();
      } catch (error) {
        // SQLite may have undone everything, as it does when the disk is full.
        this.#undo(error);
      } finally {
        release();
      }
    });
  }

  /** Undoes a transaction that is not shared yet. */
  #abort(release: () => void): void {
    this.#undo(undefined);
    this.#leave(release);
  }

  #leave(release: () => void): void {
    this.#isTaken = false;
    release();
  }

  /** Commits pending writes, so that the next transaction does not share the commit. */
  #commitWaiters(): void {
    if (this.#waiters.length === 0) return;
    try {
      this.#commit();
    } catch (error) {
      this.#undo(error);
    }
  }

  /** SQLite libraries have no common way to tell, but SQLite begins no transaction within another. */
  #isInTransaction(): boolean {
    try {
      this.#connection.exec('BEGIN');
    } catch {
      return true;
    }
    this.#connection.exec('ROLLBACK');
    return false;
  }

  #commitSoon(): void {
    if (this.#commitsSoon) return;
    this.#commitsSoon = true;
    setImmediate(() => this.#endOfTurn());
  }

  #endOfTurn(): void {
    this.#commitsSoon = false;
    // Its current owner ends it, and earlier ones wait: half a transaction cannot be committed.
    if (!this.#isTaken) this.#commitWaiters();
  }

  #commit(): void {
    const afterCommit = [...this.#atCommit].map(([work, values]) => work(this.#connection, values));
    this.#connection.run('COMMIT');
    for (const run of afterCommit) run?.();
    for (const { resolve } of this.#takeWaiters()) resolve();
  }

  /** Rejects all callers that wait for the shared commit. A single one is to blame; among several, it is unknown which. */
  #tellWaiters(error: unknown): void {
    const waiters = this.#takeWaiters();
    const reason = waiters.length > 1 || this.#isTaken ? new SharedCommitError(error) : error;
    for (const { reject } of waiters) reject(reason);
  }

  #undo(error: unknown): void {
    this.#tellWaiters(error);
    try {
      this.#connection.run('ROLLBACK');
    } catch {
      // Nothing is left of it.
    }
  }

  async #drain(): Promise<void> {
    let transaction: OpenTransaction;
    try {
      transaction = await this.open();
    } catch (error) {
      for (const { reject } of this.#takeJobs()) reject(error);
      return;
    }
    const jobs = this.#takeJobs();
    try {
      await this.#runAll(jobs, transaction);
    } catch (error) {
      const [only, second] = jobs;
      if (second === undefined && !SharedCommitError.is(error)) only?.reject(error);
      // One of them made the others fail: each gets its own transaction.
      else for (const job of jobs) await this.#alone(job);
    }
  }

  async #alone(job: Job): Promise<void> {
    try {
      await this.#runAll([job], await this.open({ isAlone: true }));
    } catch (error) {
      job.reject(error);
    }
  }

  async #runAll(jobs: readonly Job[], transaction: OpenTransaction): Promise<void> {
    let results: unknown[];
    try {
      transaction.protect();
      results = jobs.map(({ work }) => work());
    } catch (error) {
      transaction.failed(error);
      await transaction.rollback();
      throw error;
    }
    await transaction.commit();
    for (const [index, { resolve }] of jobs.entries()) resolve(results[index] as never);
  }

  /** The callers to notify now; the next commit starts with none. */
  #takeWaiters(): readonly Waiter[] {
    const waiters = this.#waiters;
    this.#waiters = [];
    this.#atCommit.clear();
    return waiters;
  }

  #takeJobs(): readonly Job[] {
    const jobs = this.#jobs;
    this.#jobs = [];
    return jobs;
  }

  async #begin(): Promise<void> {
    const deadline = performance.now() + lockDeadlineMs;
    for (;;) {
      try {
        // A deferred transaction that turns into a writing one fails at once when another wrote in between.
        this.#connection.run('BEGIN IMMEDIATE');
        this.#beganAt = performance.now();
        this.#nowMs = undefined;
        return;
      } catch (cause) {
        if (!isBusy(cause)) throw cause;
        if (performance.now() > deadline) {
          throw new AnywiseError(
            'UNAVAILABLE',
            `Another process has kept the SQLite file locked for ${lockDeadlineMs / 1000} s. Find what holds a transaction open.`,
            { cause, retryable: true },
          );
        }
        await sleep(0.2 + Math.random());
      }
    }
  }
}

function heldOpen(): AnywiseError {
  return new AnywiseError(
    'UNAVAILABLE',
    `Another message has held its transaction of the SQLite file open for ${lockDeadlineMs / 1000} s. Do slow work before the first write, and within a handler use the injected \`Anywise\`, not the process's: what that sends waits for the handler's transaction to end.`,
    { retryable: true },
  );
}
