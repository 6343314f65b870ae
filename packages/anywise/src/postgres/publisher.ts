import type { WrittenEnvelope } from '../core/message/envelope.js';
import { limits } from '../core/message/limits.js';
import { batchesWithin, countWithin } from '../kit/batches.js';
import type { Database } from './database.js';
import { logLock, messageValues } from './log.js';
import type { Statement } from './session.js';
import { channelOf } from './signal.js';

interface Waiting {
  readonly written: readonly WrittenEnvelope[];
  readonly bytes: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Publishes for this process: calls that arrive while a statement is running share the next one, up to its size limit.
 */
export class Publisher {
  readonly #database: Database;
  readonly #statement: Statement;
  readonly #lock: string;
  readonly #channel: string;
  readonly #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;

  /**
   * @param add adds messages to the log of the schema.
   * @param schema the unquoted name.
   */
  constructor(database: Database, add: Statement, schema: string) {
    this.#database = database;
    this.#statement = add;
    this.#lock = logLock(schema);
    this.#channel = channelOf('transport', schema);
  }

  /** Resolves when all of these are committed. If it rejects, the first of them may be, and none of the others. */
  async publish(written: readonly WrittenEnvelope[]): Promise<void> {
    for (const batch of batchesWithin(written, bytesOf, limits.batchBytes)) await this.#publish(batch);
  }

  #publish(written: readonly WrittenEnvelope[]): Promise<void> {
    const bytes = written.reduce((total, each) => total + bytesOf(each), 0);
    return new Promise<void>((resolve, reject) => {
      this.#waiting.push({ written, bytes, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when nothing is being published. */
  async close(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(
        0,
        countWithin(this.#waiting, ({ bytes }) => bytes, limits.batchBytes),
      );
      try {
        const values = messageValues(group.flatMap(({ written }) => written));
        await this.#database.query(this.#statement, this.#lock, this.#channel, ...values);
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#running = undefined;
  }
}

function bytesOf({ json }: WrittenEnvelope): number {
  return Buffer.byteLength(json);
}
