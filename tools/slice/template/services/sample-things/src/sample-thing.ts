import { randomUUID } from 'node:crypto';
import type { SampleThing } from '@anywise/contracts/sample-things';
import { SqlTransaction } from 'anywise';
import { inject, injectable } from 'inversify';

interface SampleThingRow {
  readonly sample_thing_id: string;
  readonly order_id: string;
  readonly created_at: string;
}

/** What is created for an order. */
export function newSampleThing(orderId: string): SampleThing {
  return { sampleThingId: randomUUID(), orderId, createdAt: new Date().toISOString() };
}

/** What is stored. What it writes commits with the message that is being handled. */
@injectable()
export class SampleThingRepository {
  constructor(@inject(SqlTransaction) private readonly sql: SqlTransaction) {}

  async add({ sampleThingId, orderId, createdAt }: SampleThing): Promise<void> {
    const sql = 'INSERT INTO sample_thing (sample_thing_id, order_id, created_at) VALUES (?, ?, ?)';
    await this.sql.run(sql, sampleThingId, orderId, createdAt);
  }

  async find(sampleThingId: string): Promise<SampleThing | undefined> {
    const row = await this.sql.get<SampleThingRow>(
      'SELECT * FROM sample_thing WHERE sample_thing_id = ?',
      sampleThingId,
    );
    return row === undefined ? undefined : fromRow(row);
  }

  /** Up to `limit` of them, the newest first, that come after another. */
  async list(limit: number, after: SampleThing | undefined): Promise<readonly SampleThing[]> {
    const newestFirst = 'ORDER BY created_at DESC, sample_thing_id DESC LIMIT ?';
    if (after === undefined) {
      return this.#rows(`SELECT * FROM sample_thing ${newestFirst}`, limit);
    }
    return this.#rows(
      `SELECT * FROM sample_thing WHERE (created_at, sample_thing_id) < (?, ?) ${newestFirst}`,
      after.createdAt,
      after.sampleThingId,
      limit,
    );
  }

  async #rows(sql: string, ...values: (string | number)[]): Promise<readonly SampleThing[]> {
    return (await this.sql.all<SampleThingRow>(sql, ...values)).map(fromRow);
  }
}

function fromRow(row: SampleThingRow): SampleThing {
  return { sampleThingId: row.sample_thing_id, orderId: row.order_id, createdAt: row.created_at };
}
