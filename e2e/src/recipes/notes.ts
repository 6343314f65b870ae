import { command, contract, event } from 'anywise';
import { z } from 'zod';

export class AddNote extends command('notes.add-note', { data: z.object({ noteId: z.string(), text: z.string() }) }) {}

export class NoteAdded extends event('notes.note-added', {
  entityId: ({ noteId }) => noteId,
  data: z.object({ noteId: z.string() }),
}) {}

export const notes = contract('notes', { AddNote, NoteAdded });
