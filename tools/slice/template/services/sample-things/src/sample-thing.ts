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
    await this.sql.run('INSERT INTO sample_thing VALUES (?, ?, ?)', sampleThingId, orderId, createdAt);
  }

  async find(sampleThingId: string): Promise<SampleThing | undefined> {
    const row = await this.sql.get<SampleThingRow>(
      'SELECT * FROM sample_thing WHERE sample_thing_id = ?',
      sampleThingId,
    );
    return row === undefined ? undefined : fromRow(row);
  }
}

function fromRow(row: SampleThingRow): SampleThing {
  return { sampleThingId: row.sample_thing_id, orderId: row.order_id, createdAt: row.created_at };
}
