import type { WrittenEnvelope } from '../core/message/envelope.js';
import { limits } from '../core/message/limits.js';
import { batchesWithin } from '../kit/batches.js';
import type { Database } from './database.js';
import { logLock, messageValues } from './log.js';
import type { Statement } from './session.js';
import { channelOf } from './signal.js';
import { Together } from './together.js';

interface Part {
  readonly written: readonly WrittenEnvelope[];
  readonly bytes: number;
}

/**
 * Publishes for this process: calls that arrive while a statement is running share the next one, up to its size limit.
 */
export class Publisher {
  readonly #together: Together<Part, undefined>;

  /**
   * @param add adds messages to the log of the schema.
   * @param schema the unquoted name.
   */
  constructor(database: Database, add: Statement, schema: string) {
    const [lock, channel] = [logLock(schema), channelOf('transport', schema)];
    this.#together = new Together<Part, undefined>({
      bytesOf: ({ bytes }) => bytes,
      run: async (parts) => {
        await database.query(add, lock, channel, ...messageValues(parts.flatMap(({ written }) => written)));
        return [];
      },
    });
  }

  /** Resolves when all of these are committed. If it rejects, the first of them may be, and none of the others. */
  async publish(written: readonly WrittenEnvelope[]): Promise<void> {
    for (const part of batchesWithin(written, bytesOf, limits.batchBytes)) {
      await this.#together.add({ written: part, bytes: part.reduce((total, each) => total + bytesOf(each), 0) });
    }
  }

  /** Resolves when nothing is being published. */
  close(): Promise<void> {
    return this.#together.close();
  }
}

function bytesOf({ json }: WrittenEnvelope): number {
  return Buffer.byteLength(json);
}
