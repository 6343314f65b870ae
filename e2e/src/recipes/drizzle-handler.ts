import { Anywise, on } from 'anywise';
import { PostgresTransaction } from 'anywise/postgres';
import { pgTable, text as column } from 'drizzle-orm/pg-core';
import { drizzleOnPostgres } from './drizzle.js';
import { AddNote, NoteAdded } from './notes.js';

export const note = pgTable('note', { id: column().primaryKey(), text: column().notNull() });

export const addNoteWithDrizzle = on(AddNote)
  .inject({ transaction: PostgresTransaction, anywise: Anywise })
  .handle(async ({ noteId, text }, _context, { transaction, anywise }) => {
    const db = await drizzleOnPostgres(transaction);
    await db.insert(note).values({ id: noteId, text });
    await anywise.publish(new NoteAdded({ noteId }));
  });
