import { expect, it } from '@jest/globals';
import { hungAfterMs } from '../kit/reader.js';
import {
  describeWithPostgres,
  inTestSchemas,
  testPostgresUrl,
  withTestDatabase,
} from '../test-support/test-postgres.js';
import { openMigrated } from './open.js';
import { Position } from './position.js';
import { transportMigrations } from './schema.js';

interface World {
  readonly one: Position;
  /** Looks whether the one that reads is there with each attempt, as it has waited long enough. */
  readonly other: () => Position;
  /** What the record says, as after a crash. */
  readonly set: (change: string, ...values: readonly unknown[]) => Promise<unknown>;
}

/** Instances of a consumer, the first of which reads. */
async function inRecord(work: (world: World) => Promise<void>): Promise<void> {
  await inTestSchemas(async (name) => {
    const schema = name('bus');
    const database = await openMigrated({ url: testPostgresUrl }, schema, transportMigrations);
    try {
      await withTestDatabase(async (server) => {
        const { rows } = await server.query<{ pid: number }>({ text: 'SELECT pid FROM pg_stat_activity LIMIT 1' });
        const instance = (): Position =>
          new Position({ database, schema, key: ['orders', '[]'], pid: () => rows[0]?.pid });
        const one = instance();
        await one.join();
        expect(await one.take()).toBe(true);
        const set = (change: string, ...values: readonly unknown[]) =>
          server.query({ text: `UPDATE "${schema}".anywise_consumer SET ${change}` }, ...values);
        await work({ one, other: instance, set });
      });
    } finally {
      await database.close();
    }
  });
}

describeWithPostgres('the record of who reads in PostgreSQL', () => {
  it('stays with the instance that has it, and only that one moves it on', () =>
    inRecord(async ({ one, other }) => {
      expect([await other().take(), await other().advance(7), await one.advance(5), await one.take()]).toEqual([
        false,
        false,
        true,
        true,
      ]);
    }));

  it('goes to another at once when it is let go, and never back', () =>
    inRecord(async ({ one, other }) => {
      await one.release();
      expect([await other().take(), await one.take(), await one.advance(5)]).toEqual([true, false, false]);
    }));

  it('goes to another at once when the connection of the process has ended', () =>
    inRecord(async ({ one, other, set }) => {
      await set('holder_pid = $1', 2 ** 30);
      expect([await other().take(), await one.advance(5)]).toEqual([true, false]);
    }));

  it('goes to another when the instance hangs, which notices when it goes on', () =>
    inRecord(async ({ one, other, set }) => {
      await set('read_at = read_at - $1', hungAfterMs + 1_000);
      const next = other();
      expect([await next.take(), await one.advance(5), await next.advance(5)]).toEqual([true, false, true]);
    }));

  it('is made anew when it was deleted', () =>
    inRecord(async ({ one, other, set }) => {
      await set('name = $1', 'deleted');
      const next = other();
      expect([await one.advance(5), await next.take(), await next.take()]).toEqual([false, false, true]);
    }));
});
