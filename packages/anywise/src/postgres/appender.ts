import { AnywiseError } from '../core/errors/errors.js';
import type { NewMessages } from '../core/ports/store.js';
import type { Database } from './database.js';
import type { Direct } from './direct.js';
import type { Insertion, Insertions } from './insertions.js';

/** What became of messages. */
export interface Added {
  /** Whether the outbox may have some of those of the call. */
  readonly fillsOutbox: boolean;
}

interface Waiting {
  readonly messages: readonly NewMessages[];
  readonly resolve: (added: Added) => void;
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
  readonly #direct: Direct;
  readonly #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;

  constructor(database: Database, insertions: Insertions, direct: Direct) {
    this.#database = database;
    this.#insertions = insertions;
    this.#direct = direct;
  }

  /** Resolves when all of the messages are committed. If it rejects, none of them is, unless the connection was lost. */
  add(messages: readonly NewMessages[]): Promise<Added> {
    return new Promise<Added>((resolve, reject) => {
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
      const added = await this.#insert(group.flatMap(({ messages }) => messages));
      for (const { resolve } of group) resolve(added);
    } catch (error) {
      // Whether a lost connection's commit went through is not known: another try could add the messages twice.
      if (group.length === 1 || AnywiseError.is(error)) for (const { reject } of group) reject(error);
      else for (const alone of group) await this.#addTogether([alone]);
    }
  }

  async #insert(all: readonly NewMessages[]): Promise<Added> {
    const outgoing = all.flatMap(({ outgoing = [] }) => outgoing);
    const others = {
      scheduled: all.flatMap(({ scheduled = [] }) => scheduled),
      incoming: all.flatMap(({ incoming = [] }) => incoming),
    };
    const direct = this.#direct.insertion(outgoing, this.#database.place);
    const isKept = direct && (await this.#addDirectly(direct, others));
    if (isKept === undefined) await this.#addAll({ outgoing, ...others });
    return { fillsOutbox: isKept !== false || others.scheduled.length > 0 };
  }

  /** Whether the outbox has kept any of the outgoing messages; `undefined` if nothing was added. */
  async #addDirectly(direct: Insertion, others: NewMessages): Promise<boolean | undefined> {
    try {
      // Last: the log takes no others until the commit.
      const { rows } = await this.#database.lastByIndex<{ kept: number }>(this.#insertions(others), direct);
      return rows[0]?.kept !== 0;
    } catch (error) {
      if (AnywiseError.is(error)) throw error;
      this.#direct.failed();
      return undefined;
    }
  }

  async #addAll(messages: NewMessages): Promise<void> {
    const [first, ...others] = this.#insertions(messages);
    if (first === undefined) return;
    if (others.length === 0) await this.#database.query(first[0], ...first[1]);
    else await this.#database.queryTogether([first, ...others]);
  }
}
