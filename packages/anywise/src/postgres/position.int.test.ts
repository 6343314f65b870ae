import { expect, it } from '@jest/globals';
import { hungAfterMs } from '../kit/reader.js';
import {
  describeWithPostgres,
  inTestSchemas,
  testPostgresUrl,
  withTestDatabase,
} from '../test-support/test-postgres.js';
import { logStatements, readPage } from './log.js';
import { openMigrated } from './open.js';
import { Position } from './position.js';
import { transportMigrations } from './transport-schema.js';

interface World {
  readonly one: Position;
  /** Looks whether the one that reads is there with each attempt, as it has waited long enough. */
  readonly other: () => Position;
  /** What the record says, as after a crash. */
  readonly set: (change: string, ...values: readonly unknown[]) => Promise<unknown>;
  /** How far an instance may read a log of one message. */
  readonly lastFor: (instance: Position) => Promise<number | undefined>;
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
        await server.query({
          text: `INSERT INTO "${schema}".anywise_message (type, kind, envelope, published_at) VALUES ('test.happened', 'event', '{}', 0)`,
        });
        const statements = logStatements(`"${schema}"`);
        const log = { database, statements, consumer: ['orders', '[]'], types: [], maxBytes: 1_000 } as const;
        const lastFor = async ({ holder }: Position) => (await readPage({ ...log, holder }))?.last;
        await work({ one, other: instance, set, lastFor });
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

  it('goes to another when the clock was set back since the instance was last seen', () =>
    inRecord(async ({ other, set }) => {
      await set('read_at = read_at + $1', 3_600_000);
      expect(await other().take()).toBe(true);
    }));

  it('lets no instance read that was overtaken and does not know yet', () =>
    inRecord(async ({ one, other, set, lastFor }) => {
      const next = other();
      expect([await lastFor(one), await lastFor(next)]).toEqual([1, undefined]);
      await set('read_at = 0');
      await next.take();
      expect([await lastFor(one), await lastFor(next)]).toEqual([undefined, 1]);
    }));

  it('is made anew when it was deleted', () =>
    inRecord(async ({ one, other, set }) => {
      await set('name = $1', 'deleted');
      const next = other();
      expect([await one.advance(5), await next.take(), await next.take()]).toEqual([false, false, true]);
    }));
});
