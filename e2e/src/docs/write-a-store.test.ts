import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, it } from '@jest/globals';
import type { SqlTransaction, SqlValue, StoreTransaction } from 'anywise';
import { testEntry, testEnvelope } from 'anywise/testing';
import { importPage } from './import-page.js';

// The page runs the contract suite against the memory store, so its cases are tests of this file.
const { MessageTransaction, claimable } = (await importPage('docs/how-to/write-a-store.md')) as {
  readonly MessageTransaction: new (options: object) => StoreTransaction & SqlTransaction;
  readonly claimable: string;
};

const tables = `
  CREATE TABLE anywise_outbox (
    seq INTEGER PRIMARY KEY, id TEXT UNIQUE, lane TEXT, envelope TEXT, state TEXT, created_at INTEGER, due_at INTEGER
  );
  CREATE TABLE anywise_inbox (
    seq INTEGER PRIMARY KEY, listener TEXT, id TEXT, source TEXT, type TEXT, lane TEXT, envelope TEXT, state TEXT,
    at INTEGER DEFAULT 0, lease TEXT, last_error TEXT, received_at INTEGER, UNIQUE (listener, id, source)
  );
  CREATE TABLE anywise_reply (type TEXT, key TEXT, fingerprint TEXT, reply TEXT, kept_at INTEGER, UNIQUE (type, key));`;

/** A database with the store's tables, and what is done to it. */
function createDatabase() {
  const database = new DatabaseSync(':memory:');
  database.exec(tables);
  const done: string[] = [];
  const end = (statement: string) => async () => {
    done.push(statement);
    database.exec(statement);
  };
  const connection = {
    begin: end('BEGIN'),
    run: async (sql: string, values: readonly SqlValue[]) => database.prepare(sql).run(...values).changes,
    all: async (sql: string, values: readonly SqlValue[]): Promise<unknown> => database.prepare(sql).all(...values),
    commit: end('COMMIT'),
    rollback: end('ROLLBACK'),
  };
  return {
    done,
    begin: (readOnly = false) =>
      new MessageTransaction({ connect: async () => connection, readOnly, changed: () => done.push('changed') }),
    all: (sql: string, ...values: readonly SqlValue[]) =>
      database.prepare(sql).all(...values) as readonly Readonly<Record<string, unknown>>[],
  };
}

describe('the transaction of the page', () => {
  it('costs nothing if nothing uses it', async () => {
    const { begin, done } = createDatabase();
    expect(await begin().commit()).toBe(true);
    await begin().rollback();
    expect(done).toEqual([]);
  });

  it('commits rows and messages together, and notifies afterwards', async () => {
    const { begin, done, all } = createDatabase();
    const transaction = begin();
    await transaction.run('CREATE TABLE note (text TEXT)');
    await transaction.append({
      outgoing: [testEnvelope({ id: 'e1', subject: 'o-1' }), testEnvelope({ id: 'e1' })],
      scheduled: [{ envelope: testEnvelope({ id: 'c1', kind: 'command' }), due: { delayMs: 60_000 } }],
      incoming: [testEntry({ id: 'e1' }), testEntry({ id: 'e1' })],
    });
    expect(await transaction.commit()).toBe(true);
    expect(done).toEqual(['BEGIN', 'COMMIT', 'changed']);
    expect(all('SELECT id, lane, state FROM anywise_outbox')).toEqual([
      { id: 'e1', lane: '=o-1', state: 'waiting' },
      { id: 'c1', lane: '-c1', state: 'scheduled' },
    ]);
    expect(all('SELECT id, state FROM anywise_inbox')).toEqual([{ id: 'e1', state: 'ready' }]);
    expect(await begin().cancel('c1')).toBe(true);
  });

  it('rolls everything back when its lease or its key belongs to another', async () => {
    const { begin, done, all } = createDatabase();
    const first = begin();
    await first.append({ incoming: [testEntry({ id: 'e1' })] });
    await first.run(`UPDATE anywise_inbox SET state = 'running', lease = 'mine'`);
    const key = { type: 'shop.ship', key: 'k-1' };
    expect(await first.commit({ reply: { key, kept: { fingerprint: 'f', reply: 1 } } })).toBe(true);

    const claim = { ...testEntry({ id: 'e1' }), seq: 1, lease: 'theirs', attempt: 1 };
    const late = begin();
    await late.append({ outgoing: [testEnvelope()] });
    expect(await late.commit({ claim })).toBe(false);
    const second = begin();
    await second.append({ outgoing: [testEnvelope()] });
    expect(await second.commit({ reply: { key, kept: { fingerprint: 'f', reply: 2 } } })).toBe(false);
    expect(await begin().commit({ claim: { ...claim, lease: 'mine' } })).toBe(true);

    expect(all('SELECT state FROM anywise_inbox')).toEqual([{ state: 'handled' }]);
    expect(all('SELECT id FROM anywise_outbox')).toEqual([]);
    expect(done.filter((each) => each === 'ROLLBACK')).toHaveLength(2);
  });

  it('undoes a part without the rest, and keeps one that has ended', async () => {
    const { begin, all } = createDatabase();
    const transaction = begin();
    await transaction.nest().end();
    await transaction.append({ incoming: [testEntry({ id: 'before' })] });
    const outer = transaction.nest();
    const inner = transaction.nest();
    await transaction.append({ incoming: [testEntry({ id: 'kept' })] });
    await inner.end();
    await outer.end();
    const part = transaction.nest();
    await transaction.append({ incoming: [testEntry({ id: 'undone' })] });
    await expect(transaction.run('INSERT INTO nowhere VALUES (1)')).rejects.toThrow('nowhere');
    await part.undo();
    await transaction.append({ incoming: [testEntry({ id: 'after' })] });
    expect(await transaction.commit()).toBe(true);
    expect(all('SELECT id FROM anywise_inbox ORDER BY seq').map(({ id }) => id)).toEqual(['before', 'kept', 'after']);
  });

  it('refuses to be used after its end, and to write for a query', async () => {
    const { begin } = createDatabase();
    const ended = begin();
    await ended.commit();
    await expect(ended.get('SELECT 1')).rejects.toMatchObject({ code: 'NOT_AWAITED' });
    const query = begin(true);
    expect(await query.get('SELECT 1 AS one')).toEqual({ one: 1 });
    await expect(query.run('DELETE FROM anywise_outbox')).rejects.toMatchObject({ code: 'READ_ONLY' });
    await query.rollback();
  });
});

it('the statement of the page finds the head of each key that is due', async () => {
  const { begin, all } = createDatabase();
  const transaction = begin();
  const entries = ['a1', 'a2', 'b1', 'b2', 'c1'].map((id) => testEntry({ id, key: id.slice(0, 1) }));
  await transaction.append({ incoming: [...entries, testEntry({ id: 'free-1' }), testEntry({ id: 'free-2' })] });
  await transaction.run(`UPDATE anywise_inbox SET state = 'handled' WHERE id = 'a1'`);
  await transaction.run(`UPDATE anywise_inbox SET state = 'running' WHERE id = 'b1'`);
  await transaction.run(`UPDATE anywise_inbox SET at = 9e15 WHERE id = 'c1'`);
  await transaction.commit();
  const heads = `SELECT id FROM anywise_inbox WHERE seq IN (${claimable}) ORDER BY seq`;
  expect(all(heads, '["listener"]', 10).map(({ id }) => id)).toEqual(['a2', 'free-1', 'free-2']);
  expect(all(heads, '["another"]', 10)).toEqual([]);
});
