import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { inTempFolder } from '../testing/temp-folder.js';
import { connect, type Connection } from './client.js';
import { Writer } from './writer.js';

interface World {
  readonly writer: Writer;
  readonly insert: (n: number) => number;
  readonly rows: () => number[];
  /** The writer's connection. */
  readonly own: Connection;
  /** A connection such as another process has. */
  readonly other: Connection;
}

/** A file with one table, written to by a writer and by somebody else. */
async function inFile(work: (world: World) => Promise<void>): Promise<void> {
  await inTempFolder(async (folder) => {
    const options = { path: join(folder, 'test.db'), open: undefined, synchronous: 'normal' } as const;
    const own = await connect(options);
    const others = await connect(options);
    own.writer.exec('CREATE TABLE number (n INTEGER PRIMARY KEY) STRICT');
    try {
      await work({
        // However long a turn takes here, its transactions share a commit.
        writer: new Writer(own.writer, Infinity),
        insert: (n) => own.writer.run('INSERT INTO number VALUES (?)', n),
        rows: () => own.reader.all<{ n: number }>('SELECT n FROM number ORDER BY n').map(({ n }) => n),
        own: own.writer,
        other: others.writer,
      });
    } finally {
      for (const connection of [own.reader, own.writer, others.reader, others.writer]) connection.close();
    }
  });
}

describe('the writer', () => {
  it('commits jobs that wait together, each with its own result', () =>
    inFile(async ({ writer, insert, rows }) => {
      const results = await Promise.all([1, 2, 3].map((n) => writer.run(() => insert(n) + n)));
      expect(results).toEqual([2, 3, 4]);
      expect(rows()).toEqual([1, 2, 3]);
    }));

  it('fails only the job that fails', () =>
    inFile(async ({ writer, insert, rows }) => {
      const outcomes = await Promise.allSettled([1, 1, 2].map((n) => writer.run(() => insert(n))));
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(rows()).toEqual([1, 2]);
    }));

  it('undoes all of a job that fails', () =>
    inFile(async ({ writer, insert, rows }) => {
      const failing = writer.run(() => {
        insert(1);
        throw new Error('after the first');
      });
      await expect(failing).rejects.toThrow('after the first');
      expect(rows()).toEqual([]);
    }));

  it('keeps jobs out of a transaction that is open', () =>
    inFile(async ({ writer, insert, rows }) => {
      const open = await writer.open();
      insert(1);
      const job = writer.run(() => insert(2));
      await open.rollback();
      await job;
      expect(rows()).toEqual([2]);
    }));

  it('opens transactions in the order in which they were asked for', () =>
    inFile(async ({ writer, insert, rows }) => {
      const order: string[] = [];
      const take = async (name: string, n: number): Promise<void> => {
        const open = await writer.open();
        order.push(name);
        insert(n);
        await new Promise(setImmediate);
        await open.commit();
      };
      await Promise.all([take('a', 1), take('b', 2), take('c', 3)]);
      expect(order).toEqual(['a', 'b', 'c']);
      expect(rows()).toEqual([1, 2, 3]);
    }));

  it('undoes one of the transactions that share a commit, and keeps the others', () =>
    inFile(async ({ writer, insert, rows }) => {
      const take = async (n: number, end: 'commit' | 'rollback'): Promise<void> => {
        const open = await writer.open();
        open.protect();
        insert(n);
        await open[end]();
      };
      await Promise.all([take(0, 'rollback'), take(1, 'commit'), take(2, 'rollback'), take(3, 'commit')]);
      expect(rows()).toEqual([1, 3]);
    }));

  it('leaves the others alone where one that wrote nothing is rolled back', () =>
    inFile(async ({ writer, insert, rows }) => {
      const first = await writer.open();
      insert(1);
      const second = writer.open();
      await Promise.all([first.commit(), second.then((open) => open.rollback())]);
      expect(rows()).toEqual([1]);
    }));

  it('writes last writes with the end of each transaction', () =>
    inFile(async ({ writer, insert, rows }) => {
      const take = async (n: number): Promise<void> => {
        const open = await writer.open();
        await open.commit(() => insert(n));
      };
      await Promise.all([take(1), take(2)]);
      expect(rows()).toEqual([1, 2]);
    }));

  it('fails all that share a commit where a last write fails, and goes on with the next', () =>
    inFile(async ({ writer, insert, rows }) => {
      const take = async (n: number): Promise<void> => {
        const open = await writer.open();
        await open.commit(() => insert(n));
      };
      const outcomes = await Promise.allSettled([take(1), take(1)]);
      expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
      await take(2);
      expect(rows()).toEqual([2]);
    }));

  it('harms no other with a transaction that shares its commit with none', () =>
    inFile(async ({ writer, insert, rows }) => {
      const first = await writer.open();
      insert(1);
      const shared = first.commit();
      const alone = await writer.open({ isAlone: true });
      const outcomes = await Promise.allSettled([shared, alone.commit(() => insert(1))]);
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
      expect(rows()).toEqual([1]);
    }));

  it('does once, right before the commit, what several leave for it, but not what was rolled back', () =>
    inFile(async ({ writer, rows }) => {
      const insertAll = (connection: Connection, numbers: readonly number[]): undefined => {
        expect(rows()).toEqual([]);
        connection.run('INSERT INTO number SELECT value FROM json_each(?)', JSON.stringify(numbers));
      };
      const take = async (n: number, end: 'commit' | 'rollback'): Promise<void> => {
        const open = await writer.open();
        if (end === 'rollback') return open.rollback();
        await open.commit(() => writer.atCommit(insertAll, n));
      };
      await Promise.all([take(1, 'commit'), take(2, 'rollback'), take(3, 'commit')]);
      expect(rows()).toEqual([1, 3]);
    }));

  it('notifies of a commit only once others can see it', () =>
    inFile(async ({ writer, insert, rows }) => {
      const seen: number[][] = [];
      const take = async (n: number, turns: number): Promise<void> => {
        const open = await writer.open();
        insert(n);
        for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
        await open.commit();
        seen.push(rows());
      };
      await Promise.all([take(1, 0), take(2, 3)]);
      expect(seen).toEqual([
        [1, 2],
        [1, 2],
      ]);
    }));

  it('fails all that share a commit where the database has undone it', () =>
    inFile(async ({ writer, insert, rows, own }) => {
      const first = await writer.open();
      insert(1);
      const second = writer.open();
      const outcomes = [
        first.commit(),
        second.then(async (open) => {
          own.exec('ROLLBACK');
          await open.commit();
        }),
      ];
      expect((await Promise.allSettled(outcomes)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
      await writer.run(() => insert(2));
      expect(rows()).toEqual([2]);
    }));

  it('runs after the commit what is left for it, once, and not where it failed', () =>
    inFile(async ({ writer, insert, rows }) => {
      const seen: unknown[] = [];
      const note = (_: Connection, left: readonly number[]) => () => void seen.push({ left, rows: rows() });
      const take = async (n: number): Promise<void> => {
        const open = await writer.open();
        await open.commit(() => {
          writer.atCommit(note, n);
          insert(n);
        });
      };
      await take(1);
      await expect(take(1)).rejects.toThrow('UNIQUE');
      await take(2);
      expect(seen).toEqual([
        { left: [1], rows: [1] },
        { left: [2], rows: [1, 2] },
      ]);
    }));

  it("waits for another process's lock without blocking the event loop", () =>
    inFile(async ({ writer, insert, rows, other }) => {
      other.exec('BEGIN IMMEDIATE');
      other.run('INSERT INTO number VALUES (?)', 1);
      let done = false;
      const job = writer.run(() => insert(2)).then(() => (done = true));
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
      expect(done).toBe(false);
      other.exec('COMMIT');
      await job;
      expect(rows()).toEqual([1, 2]);
    }));

  it('fails what waits for a transaction that cannot begin, and keeps nothing of it', () =>
    inFile(async ({ insert, rows, own }) => {
      let failures = 2;
      const failing = new Proxy(own, {
        get: (target, name) => {
          if (name !== 'run') return Reflect.get(target, name, target) as unknown;
          return (sql: string, ...values: readonly number[]) => {
            if (sql === 'BEGIN IMMEDIATE' && failures-- > 0) throw new Error('disk I/O error');
            return target.run(sql, ...values);
          };
        },
      });
      const writer = new Writer(failing);
      const jobs = [1, 2].map((n) => writer.run(() => insert(n)));
      const outcomes = await Promise.allSettled(jobs);
      expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
      await expect(writer.open()).rejects.toThrow('disk I/O error');

      await writer.run(() => insert(3));
      const open = await writer.open();
      insert(4);
      await open.commit();
      expect(rows()).toEqual([3, 4]);
    }));
});
