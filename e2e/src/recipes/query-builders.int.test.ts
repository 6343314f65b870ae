import { expect, it } from '@jest/globals';
import { Anywise, on, type SqlTransaction } from 'anywise';
import { PostgresTransaction } from 'anywise/postgres';
import { SqliteTransaction } from 'anywise/sqlite';
import { eventually } from 'anywise/testing';
import type { StoreKind } from '../databases/databases.js';
import { describeOnEachStore } from '../databases/each-store.js';
import { addNoteWithDrizzle } from './drizzle-handler.js';
import { addNoteWithKysely } from './kysely-handler.js';
import { kyselyOn, noteBooks, type NoteBook, type Open } from './note-books.js';
import { startNotes } from './note-bus.js';
import { AddNote, NoteAdded } from './notes.js';

const transactionOn = { sqlite: SqliteTransaction, postgres: PostgresTransaction };

/** A handler that adds its note with the library, announces it, and continues as requested. */
function addNoteIn(kind: StoreKind, open: Open, goOn: (book: NoteBook, sql: SqlTransaction) => Promise<void>) {
  return on(AddNote)
    .inject({ transaction: transactionOn[kind], anywise: Anywise })
    .handle(async ({ noteId, text }, _context, { transaction, anywise }) => {
      const book = await open(transaction);
      await book.add(noteId, text);
      await anywise.publish(new NoteAdded({ noteId }));
      await goOn(book, transaction);
    });
}

describeOnEachStore('a query builder in the transaction of the message', (kind) => {
  it.each(noteBooks[kind])('of $library commits with the events', async ({ open }) => {
    await using bus = await startNotes(
      kind,
      addNoteIn(kind, open, async () => undefined),
    );
    await bus.anywise.send(new AddNote({ noteId: 'n1', text: 'one' }));
    expect(await bus.texts()).toEqual(['one']);
    await eventually(() => expect(bus.announced).toEqual(['n1']));
  });

  it.each(noteBooks[kind])('of $library rolls back with the events', async ({ open }) => {
    let fails = true;
    await using bus = await startNotes(
      kind,
      addNoteIn(kind, open, async () => {
        if (fails) throw new Error('no more paper');
      }),
    );
    await expect(bus.anywise.send(new AddNote({ noteId: 'n1', text: 'one' }))).rejects.toThrow('no more paper');
    fails = false;
    await bus.anywise.send(new AddNote({ noteId: 'n2', text: 'two' }));
    expect(await bus.texts()).toEqual(['two']);
    await eventually(() => expect(bus.announced).toEqual(['n2']));
  });

  it.each(noteBooks[kind])('of $library and plain SQL see what the other writes', async ({ open }) => {
    const seen: unknown[] = [];
    const look = async (book: NoteBook, sql: SqlTransaction): Promise<void> => {
      seen.push(await sql.get('SELECT text FROM note WHERE id = ?', 'n1'));
      await sql.run('INSERT INTO note VALUES (?, ?)', 'n2', 'two');
      seen.push(await book.texts(), await book.texts('n2'));
    };
    await using bus = await startNotes(kind, addNoteIn(kind, open, look));
    await bus.anywise.send(new AddNote({ noteId: 'n1', text: 'one' }));
    expect(seen).toEqual([{ text: 'one' }, ['two', 'one'], ['two']]);
  });

  it.each(noteBooks[kind])('of $library reads columns of the same name from two tables', async ({ open }) => {
    const tag = { id: 't1', noteId: 'n1', text: 'urgent' };
    const found: unknown[] = [];
    const join = async (book: NoteBook): Promise<void> => void found.push(...(await book.tag(tag)));
    await using bus = await startNotes(kind, addNoteIn(kind, open, join));
    await bus.anywise.send(new AddNote({ noteId: 'n1', text: 'one' }));
    expect(found).toEqual([tag, ['n1', 'one', 't1', 'urgent']]);
  });

  it('of Kysely makes its own transaction a savepoint, and counts the rows that it changed', async () => {
    const changed: unknown[] = [];
    const addNote = on(AddNote)
      .inject({ transaction: transactionOn[kind] })
      .handle(async ({ noteId, text }, _context, { transaction }) => {
        const db = kyselyOn[kind](transaction);
        await db.insertInto('note').values({ id: noteId, text }).execute();
        const undone = db.transaction().execute(async (inner) => {
          changed.push(...(await inner.deleteFrom('note').execute()));
          throw new Error('on second thoughts');
        });
        await expect(undone).rejects.toThrow('on second thoughts');
        await db.transaction().execute((inner) => inner.updateTable('note').set({ text: 'two' }).execute());
      });
    await using bus = await startNotes(kind, addNote);
    await bus.anywise.send(new AddNote({ noteId: 'n1', text: 'one' }));
    expect(await bus.texts()).toEqual(['two']);
    expect(changed).toEqual([{ numDeletedRows: 1n }]);
  });

  it('works as the page shows', async () => {
    await using bus = await startNotes(kind, kind === 'sqlite' ? addNoteWithKysely : addNoteWithDrizzle);
    await bus.anywise.send(new AddNote({ noteId: 'n1', text: 'one' }));
    expect(await bus.texts()).toEqual(['one']);
    await eventually(() => expect(bus.announced).toEqual(['n1']));
  });
});
