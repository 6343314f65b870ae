import type { Codec } from '../message/codec.js';
import { parseEnvelope, type Envelope } from '../message/envelope.js';
import type { ProjectionKey } from '../ports/projections.js';
import { SqlTransaction } from '../ports/sql.js';
import type { StoreTransaction } from '../ports/store.js';
import { LastStatement } from './last-statement.js';
import type { Projection, Writing } from './projection.js';
import { tableNames } from './tables.js';

/** An event to be taken in. */
export interface Incoming {
  readonly type: string;
  /** Its number in its stream. */
  readonly version: number;
  /** `json` as an object, if it has been parsed. */
  readonly envelope?: Envelope | undefined;
  /** `undefined` once it was erased. */
  readonly json: string | undefined;
}

/** An event that is being taken in. */
export interface Taking {
  /** Settles when it has been taken in. */
  readonly done: Promise<unknown>;
  /** Whether it may run more statements. */
  readonly isOpen: boolean;
}

export const nothingToDo: Taking = { done: Promise.resolve(), isOpen: false };

/** Takes events into one generation of a projection, within a transaction. */
export class ProjectionWriter {
  readonly #projection: Projection;
  readonly #codec: Codec;
  readonly #tables: Readonly<Record<string, string>>;
  readonly #transaction: StoreTransaction;
  #sql: LastStatement | undefined;

  constructor(projection: Projection, key: ProjectionKey, codec: Codec, transaction: StoreTransaction) {
    this.#projection = projection;
    this.#codec = codec;
    this.#tables = tableNames(projection, key);
    this.#transaction = transaction;
  }

  /** Takes in an event. One that was erased says nothing, and one that the projection does not name is nothing to it. */
  async write(event: Incoming): Promise<void> {
    await this.take(event).done;
  }

  /** Begins to take in an event. @throws what its function throws. */
  take({ type, version, envelope, json }: Incoming): Taking {
    const step = this.#projection.steps.find((one) => one.event.type === type);
    if (step === undefined || json === undefined) return nothingToDo;
    const run = step.run as (event: object, writing: Writing) => unknown;
    const result = run(this.#codec.decode(envelope ?? parseEnvelope(json)), this.#writing(version));
    if (this.#sql?.isResult(result) === true) return { done: result as Promise<unknown>, isOpen: false };
    // What is not a promise may be like one.
    return { done: Promise.resolve(result), isOpen: true };
  }

  /** A store without tables has no client for statements. Who does not ask for one does not miss it. */
  #writing(version: number): Writing {
    const client = (): SqlTransaction =>
      (this.#sql ??= new LastStatement(this.#transaction.client(SqlTransaction) as SqlTransaction));
    return {
      get sql() {
        return client();
      },
      tables: this.#tables,
      version,
    };
  }
}
