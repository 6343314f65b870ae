import type { WrittenEnvelope } from '../kit/wire.js';
import type { Database } from './database.js';
import { logLock } from './log.js';
import type { Statement } from './session.js';
import { channelOf } from './signal.js';

interface Waiting {
  readonly written: readonly WrittenEnvelope[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Publishes for this process: what is asked for while a statement is on its way shares the next. */
export class Publisher {
  readonly #database: Database;
  readonly #statement: Statement;
  readonly #lock: string;
  readonly #channel: string;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;

  /**
   * @param add adds messages to the log of the schema.
   * @param schema as it is, not quoted.
   */
  constructor(database: Database, add: Statement, schema: string) {
    this.#database = database;
    this.#statement = add;
    this.#lock = logLock(schema);
    this.#channel = channelOf('transport', schema);
  }

  /** Resolves when all of these are committed. */
  publish(written: readonly WrittenEnvelope[]): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      this.#waiting.push({ written, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when nothing is on its way. */
  async close(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      try {
        const rows = group.flatMap(({ written }) => written);
        const types = rows.map(({ envelope }) => envelope.type);
        const kinds = rows.map(({ envelope }) => envelope.kind);
        // As an array of PostgreSQL's, in which each quote is escaped too, it takes a third longer.
        const envelopes = JSON.stringify(rows.map(({ json }) => json));
        await this.#database.query(this.#statement, this.#lock, types, kinds, envelopes, this.#channel);
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#running = undefined;
  }
}
