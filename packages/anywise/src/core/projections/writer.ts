import type { Codec } from '../message/codec.js';
import { parseEnvelope, type Envelope } from '../message/envelope.js';
import type { ProjectionKey } from '../ports/projections.js';
import { SqlTransaction } from '../ports/sql.js';
import type { StoreTransaction } from '../ports/store.js';
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

/** Takes events into one generation of a projection, within a transaction. */
export class ProjectionWriter {
  readonly #projection: Projection;
  readonly #codec: Codec;
  readonly #tables: Readonly<Record<string, string>>;
  readonly #transaction: StoreTransaction;
  #sql: SqlTransaction | undefined;

  constructor(projection: Projection, key: ProjectionKey, codec: Codec, transaction: StoreTransaction) {
    this.#projection = projection;
    this.#codec = codec;
    this.#tables = tableNames(projection, key);
    this.#transaction = transaction;
  }

  /** Takes in an event. One that was erased says nothing, and one that the projection does not name is nothing to it. */
  async write({ type, version, envelope, json }: Incoming): Promise<void> {
    const step = this.#projection.steps.find((one) => one.event.type === type);
    if (step === undefined || json === undefined) return;
    const run = step.run as (event: object, writing: Writing) => unknown;
    await run(this.#codec.decode(envelope ?? parseEnvelope(json)), this.#writing(version));
  }

  /** A store without tables has no client for statements. Who does not ask for one does not miss it. */
  #writing(version: number): Writing {
    const client = (): SqlTransaction => (this.#sql ??= this.#transaction.client(SqlTransaction) as SqlTransaction);
    return {
      get sql() {
        return client();
      },
      tables: this.#tables,
      version,
    };
  }
}
