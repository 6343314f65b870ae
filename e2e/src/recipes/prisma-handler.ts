import { Anywise, on } from 'anywise';
import { PostgresTransaction } from 'anywise/postgres';
import { AddNote, NoteAdded } from './notes.js';
import { prismaOnPostgres } from './prisma.js';

export const addNoteWithPrisma = on(AddNote)
  .inject({ transaction: PostgresTransaction, anywise: Anywise })
  .handle(async ({ noteId, text }, _context, { transaction, anywise }) => {
    const prisma = await prismaOnPostgres(transaction, 'notes');
    await prisma.note.create({ data: { id: noteId, text } });
    await anywise.publish(new NoteAdded({ noteId }));
  });
