import { Anywise, on } from 'anywise';
import { PostgresTransaction } from 'anywise/postgres';
import { DataSource, EntitySchema } from 'typeorm';
import { AddNote, NoteAdded } from './notes.js';
import { typeormOnPostgres } from './typeorm.js';

export const Note = new EntitySchema<{ id: string; text: string }>({
  name: 'note',
  columns: { id: { type: 'text', primary: true }, text: { type: 'text' } },
});

/** Made once for the process: call `initialize` at its start, and `destroy` at its end. */
export const notesOn = (url: string): DataSource => new DataSource({ type: 'postgres', url, entities: [Note] });

export const addNoteWithTypeorm = (dataSource: DataSource) =>
  on(AddNote)
    .inject({ transaction: PostgresTransaction, anywise: Anywise })
    .handle(async ({ noteId, text }, _context, { transaction, anywise }) => {
      const manager = await typeormOnPostgres(dataSource, transaction);
      await manager.insert(Note, { id: noteId, text });
      await anywise.publish(new NoteAdded({ noteId }));
    });
