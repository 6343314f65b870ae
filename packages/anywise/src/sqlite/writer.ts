import { setTimeout as sleep } from 'node:timers/promises';
import { AnywiseError } from '../errors.js';
import { Mutex } from '../mutex.js';
import { isBusy, type Connection } from './client.js';

interface Job {
  readonly work: () => unknown;
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
}

/** The end of a transaction that its owner holds open. */
export interface OpenTransaction {
  /** Resolves when its writes are committed. */
  commit(): Promise<void>;
  /** Resolves when others can see that its writes are gone, and what came before them. */
  rollback(): Promise<void>;
}

/** Who waits for the commit that transactions share. */
interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const lockDeadlineMs = 30_000;
/** Other processes want the file too: nobody joins a transaction that is older. */
const sharedForMs = 10;

/**
 * The one writer of a file in this process. Transactions take turns here, so that the statements of two handlers never mix
 * on the connection; other processes are waited for without blocking the event loop.
 *
 * A commit costs more than what most transactions write. So those that end within one turn of the event loop share one: each
 * is a savepoint of a common transaction, can be undone by itself, and is told that it is committed when the common one is.
 *
 * ```text
 *   BEGIN ─▶ SAVEPOINT ─▶ RELEASE or ROLLBACK TO ─┬─ another comes in this turn ─▶ SAVEPOINT …
 *                                                 └─ the turn ends ─▶ COMMIT, all are told
 * ```
 *
 * The turn also lets the event loop go on: SQLite answers at once, and work that never waits would keep out all other.
 */
export class Writer {
  readonly #connection: Connection;
  readonly #mutex = new Mutex();
  #jobs: Job[] = [];
  #waiters: Waiter[] = [];
  #beganAt = 0;
  #isTaken = false;
  #commitsSoon = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Runs synchronous work in a transaction. Work that waits at the same time shares one commit. */
  run<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#jobs.push({ work, resolve, reject });
      if (this.#jobs.length === 1) void this.#drain();
    });
  }

  /** Begins a transaction that stays open until its owner ends it. Everybody else waits. */
  async open(): Promise<OpenTransaction> {
    const release = await this.#mutex.acquire();
    try {
      if (this.#waiters.length === 0) await this.#begin();
      this.#connection.run('SAVEPOINT member');
      this.#isTaken = true;
    } catch (error) {
      release();
      throw error;
    }
    return {
      commit: () => this.#end(release, () => this.#connection.run('RELEASE member')),
      rollback: () =>
        this.#end(release, () => {
          this.#connection.run('ROLLBACK TO member');
          this.#connection.run('RELEASE member');
        }),
    };
  }

  /** Ends one member. The common transaction ends with the turn, or now where it has lasted long. */
  #end(release: () => void, endMember: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject });
      this.#isTaken = false;
      try {
        endMember();
        if (performance.now() - this.#beganAt > sharedForMs) this.#commit();
        else this.#commitSoon();
      } catch (error) {
        // SQLite may have undone all of it, as it does when the disk is full.
        this.#undo(error);
      } finally {
        release();
      }
    });
  }

  #commitSoon(): void {
    if (this.#commitsSoon) return;
    this.#commitsSoon = true;
    setImmediate(() => this.#endOfTurn());
  }

  #endOfTurn(): void {
    this.#commitsSoon = false;
    // Whoever has it now ends it, and those before wait: half of a transaction cannot be committed.
    if (this.#isTaken || this.#waiters.length === 0) return;
    try {
      this.#commit();
    } catch (error) {
      this.#undo(error);
    }
  }

  #commit(): void {
    this.#connection.run('COMMIT');
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const { resolve } of waiters) resolve();
  }

  #undo(error: unknown): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const { reject } of waiters) reject(error);
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
      if (second === undefined) only?.reject(error);
      // One of them failed and took the others with it: each gets a transaction of its own.
      else for (const job of jobs) await this.#alone(job);
    }
  }

  async #alone(job: Job): Promise<void> {
    try {
      await this.#runAll([job], await this.open());
    } catch (error) {
      job.reject(error);
    }
  }

  async #runAll(jobs: readonly Job[], transaction: OpenTransaction): Promise<void> {
    let results: unknown[];
    try {
      results = jobs.map(({ work }) => work());
    } catch (error) {
      await transaction.rollback();
      throw error;
    }
    await transaction.commit();
    for (const [index, { resolve }] of jobs.entries()) resolve(results[index] as never);
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
