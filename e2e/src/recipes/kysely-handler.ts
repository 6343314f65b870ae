import { Anywise, on } from 'anywise';
import { SqliteTransaction } from 'anywise/sqlite';
import { kyselyOnSqlite } from './kysely.js';
import { AddNote, NoteAdded } from './notes.js';

export interface Tables {
  note: { id: string; text: string };
}

export const addNoteWithKysely = on(AddNote)
  .inject({ transaction: SqliteTransaction, anywise: Anywise })
  .handle(async ({ noteId, text }, _context, { transaction, anywise }) => {
    const db = kyselyOnSqlite<Tables>(transaction);
    await db.insertInto('note').values({ id: noteId, text }).execute();
    await anywise.publish(new NoteAdded({ noteId }));
  });
