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
  commit(): void;
  rollback(): void;
}

const lockDeadlineMs = 30_000;

/**
 * The one writer of a file in this process. Transactions take turns here, so that the statements of two handlers never mix
 * on the connection; other processes are waited for without blocking the event loop.
 */
export class Writer {
  readonly #connection: Connection;
  readonly #mutex = new Mutex();
  #jobs: Job[] = [];

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
      await this.#begin();
    } catch (error) {
      release();
      throw error;
    }
    return {
      commit: () => {
        try {
          this.#connection.exec('COMMIT');
        } catch (error) {
          this.#connection.exec('ROLLBACK');
          throw error;
        } finally {
          release();
        }
      },
      rollback: () => {
        try {
          this.#connection.exec('ROLLBACK');
        } finally {
          release();
        }
      },
    };
  }

  async #drain(): Promise<void> {
    const release = await this.#mutex.acquire();
    const jobs = this.#jobs;
    this.#jobs = [];
    try {
      await this.#together(jobs);
    } finally {
      release();
    }
  }

  async #together(jobs: readonly Job[]): Promise<void> {
    let results: unknown[];
    try {
      await this.#begin();
    } catch (error) {
      for (const { reject } of jobs) reject(error);
      return;
    }
    try {
      results = this.#commit(() => jobs.map(({ work }) => work()));
    } catch (error) {
      const [only, second] = jobs;
      if (second === undefined) only?.reject(error);
      // One of them failed and took the others with it: each gets a transaction of its own.
      else for (const job of jobs) await this.#together([job]);
      return;
    }
    for (const [index, { resolve }] of jobs.entries()) resolve(results[index] as never);
  }

  #commit<T>(work: () => T): T {
    try {
      const result = work();
      this.#connection.exec('COMMIT');
      return result;
    } catch (error) {
      this.#connection.exec('ROLLBACK');
      throw error;
    }
  }

  async #begin(): Promise<void> {
    const deadline = performance.now() + lockDeadlineMs;
    for (;;) {
      try {
        // A deferred transaction that turns into a writing one fails at once when another wrote in between.
        this.#connection.exec('BEGIN IMMEDIATE');
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
