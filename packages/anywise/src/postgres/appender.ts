import { AnywiseError } from '../core/errors/errors.js';
import type { NewMessages } from '../core/ports/store.js';
import type { Database } from './database.js';
import type { Insertions } from './insertions.js';

interface Waiting {
  readonly messages: readonly NewMessages[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** How many calls share a transaction. What they add is cut into statements by size. */
const mostAtOnce = 500;

/**
 * Adds messages that need no transaction with anything else: calls that arrive while one is running share the next one, in
 * the order of the calls. Each is told of success only after its commit.
 */
export class Appender {
  readonly #database: Database;
  readonly #insertions: Insertions;
  readonly #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;

  constructor(database: Database, insertions: Insertions) {
    this.#database = database;
    this.#insertions = insertions;
  }

  /** Resolves when all of the messages are committed. If it rejects, none of them is, unless the connection was lost. */
  add(messages: readonly NewMessages[]): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      this.#waiting.push({ messages, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when nothing is being added. */
  async close(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) await this.#addTogether(this.#waiting.splice(0, mostAtOnce));
    this.#running = undefined;
  }

  async #addTogether(group: readonly Waiting[]): Promise<void> {
    try {
      await this.#insert(group);
      for (const { resolve } of group) resolve();
    } catch (error) {
      // Whether a lost connection's commit went through is not known: another try could add the messages twice.
      if (group.length === 1 || AnywiseError.is(error)) for (const { reject } of group) reject(error);
      else for (const alone of group) await this.#addTogether([alone]);
    }
  }

  async #insert(group: readonly Waiting[]): Promise<void> {
    const all = group.flatMap(({ messages }) => messages);
    const [first, ...others] = this.#insertions({
      outgoing: all.flatMap(({ outgoing = [] }) => outgoing),
      scheduled: all.flatMap(({ scheduled = [] }) => scheduled),
      incoming: all.flatMap(({ incoming = [] }) => incoming),
    });
    if (first === undefined) return;
    if (others.length === 0) await this.#database.query(first[0], ...first[1]);
    else await this.#database.queryTogether([first, ...others]);
  }
}
