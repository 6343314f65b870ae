import { startTestService } from '@anywise/service/testing';
import { expect, it } from '@jest/globals';
import { SqlTransaction, type SqlValue } from 'anywise';
import { app } from '../template/services/sample-things/src/app.js';
import { newSampleThing, SampleThingRepository } from '../template/services/sample-things/src/sample-thing.js';

/** Tells how statements would be run, instead of running them. */
class Explained extends SqlTransaction {
  readonly plans: (readonly string[])[] = [];

  constructor(private readonly sql: SqlTransaction) {
    super();
  }

  async all<Row extends object>(statement: string, ...values: readonly SqlValue[]): Promise<readonly Row[]> {
    const steps = await this.sql.all<{ readonly detail: string }>(`EXPLAIN QUERY PLAN ${statement}`, ...values);
    this.plans.push(steps.map(({ detail }) => detail));
    return [];
  }

  async get<Row extends object>(statement: string, ...values: readonly SqlValue[]): Promise<Row | undefined> {
    return (await this.all<Row>(statement, ...values))[0];
  }

  async run(statement: string, ...values: readonly SqlValue[]): Promise<number> {
    return (await this.all(statement, ...values)).length;
  }
}

it('reads no more of the table for a late page than for the first', async () => {
  await using service = await startTestService(app);
  const plans = await service.service.anywise.transaction(async (transaction) => {
    const sql = new Explained(await transaction.get(SqlTransaction));
    const repository = new SampleThingRepository(sql);
    await repository.list(2, undefined);
    await repository.list(2, newSampleThing('o-1'));
    return sql.plans;
  });
  expect(plans).toEqual([
    ['SCAN sample_thing USING INDEX sample_thing_newest'],
    [expect.stringMatching(/^SEARCH sample_thing USING INDEX sample_thing_newest \(/)],
  ]);
});
