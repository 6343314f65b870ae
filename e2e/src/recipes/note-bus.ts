import { Anywise, MessageRegistry, SqlTransaction, on, type Registrable } from 'anywise';
import { connectStore } from 'anywise/connect';
import type { StoreKind } from '../databases/databases.js';
import { openDatabases } from '../databases/open.js';
import { NoteAdded, notes } from './notes.js';

const migrations = [
  { name: '001-note', sql: 'CREATE TABLE note (id TEXT PRIMARY KEY, text TEXT NOT NULL)' },
  { name: '002-tag', sql: 'CREATE TABLE tag (id TEXT PRIMARY KEY, note_id TEXT NOT NULL, text TEXT NOT NULL)' },
];

/** A bus with a handler for notes, and a listener that records the announced ones. */
export async function startNotes(kind: StoreKind, addNote: Registrable) {
  const databases = await openDatabases(kind);
  const store = await connectStore(databases.storeUrl, { name: 'notes', migrations });
  const announced: string[] = [];
  const hear = on(NoteAdded).listen(({ noteId }) => void announced.push(noteId));
  const registries = [new MessageRegistry('notes').register(addNote, hear)];
  const anywise = new Anywise({ name: 'notes', contracts: [notes], registries, store });
  await anywise.start();
  return {
    anywise,
    announced,
    /** The texts that were committed. */
    texts: () =>
      anywise.transaction(async (tx) => {
        const rows = await (await tx.get(SqlTransaction)).all<{ text: string }>('SELECT text FROM note ORDER BY text');
        return rows.map(({ text }) => text);
      }),
    async [Symbol.asyncDispose]() {
      await anywise.stop();
      await databases[Symbol.asyncDispose]();
    },
  };
}
