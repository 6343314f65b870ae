import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { nameOf } from '../kit/lease-holder.js';
import { processFacts } from '../kit/process-facts.js';
import { hungAfterMs } from '../kit/reader.js';
import { inTempFolder } from '../testing/temp-folder.js';
import { logStatements, readPage } from './log.js';
import { close, openMigrated } from './open.js';
import { Position } from './position.js';
import { transportMigrations } from './transport-schema.js';

interface World {
  readonly one: Position;
  readonly other: Position;
  /** What the record says, as after a crash. */
  readonly set: (change: string, ...values: readonly (string | number)[]) => void;
  /** How far an instance may read a log of one message. */
  readonly lastFor: (instance: Position) => number | undefined;
}

/** Two instances of a consumer, the first of which reads. */
async function inRecord(work: (world: World) => Promise<void>): Promise<void> {
  await inTempFolder(async (folder) => {
    const database = await openMigrated(
      { path: join(folder, 'bus.db'), open: undefined, synchronous: 'normal' },
      transportMigrations,
    );
    const [one, other] = [new Position(database, ['orders', '[]']), new Position(database, ['orders', '[]'])];
    try {
      await one.join();
      expect(await one.take()).toBe(true);
      const { writer } = database.connections;
      writer.run(logStatements.add, 'test.happened', 'event', '{}', Date.now());
      await work({
        one,
        other,
        set: (change, ...values) => writer.run(`UPDATE anywise_consumer SET ${change}`, ...values),
        lastFor: ({ holder }) =>
          readPage(database.connections.reader, { consumer: ['orders', '[]'], holder, maxBytes: 1_000 })?.last,
      });
    } finally {
      await close(database);
    }
  });
}

describe('the record of who reads', () => {
  it('stays with the instance that has it, and only that one moves it on', () =>
    inRecord(async ({ one, other }) => {
      expect([await other.take(), await other.advance(7), await one.advance(5), await one.take()]).toEqual([
        false,
        false,
        true,
        true,
      ]);
    }));

  it('goes to another at once when it is let go, and never back', () =>
    inRecord(async ({ one, other }) => {
      await one.release();
      expect([await other.take(), await one.take(), await one.advance(5)]).toEqual([true, false, false]);
    }));

  it('goes to another at once when the process is dead, where the system tells', () =>
    inRecord(async ({ other, set }) => {
      const { pid } = spawnSync(process.execPath, ['--version']);
      set('holder = ?', nameOf({ ...processFacts(), pid, look: () => 'once' }, 'nonce'));
      expect(await other.take()).toBe(process.platform === 'linux');
    }));

  it('goes to another when the instance hangs, which notices when it goes on', () =>
    inRecord(async ({ one, other, set }) => {
      set('read_at = read_at - ?', hungAfterMs + 1_000);
      expect([await other.take(), await one.advance(5), await other.advance(5)]).toEqual([true, false, true]);
    }));

  it('goes to another when the clock was set back since the instance was last seen', () =>
    inRecord(async ({ other, set }) => {
      set('read_at = read_at + ?', 3_600_000);
      expect(await other.take()).toBe(true);
    }));

  it('lets no instance read that was overtaken and does not know yet', () =>
    inRecord(async ({ one, other, set, lastFor }) => {
      expect([lastFor(one), lastFor(other)]).toEqual([1, undefined]);
      set('read_at = 0');
      await other.take();
      expect([lastFor(one), lastFor(other)]).toEqual([undefined, 1]);
    }));

  it('is made anew when it was deleted', () =>
    inRecord(async ({ one, other, set }) => {
      set('name = ?', 'deleted');
      expect([await one.advance(5), await other.take(), await other.take()]).toEqual([false, false, true]);
    }));
});
