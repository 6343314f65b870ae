import { existsSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { createNotesFolder, openNotes } from './notes.js';

it('shows one process the notes of another', () => {
  using notes = createNotesFolder();
  const [writer, reader] = [openNotes(notes.folder), openNotes(notes.folder)];
  expect([reader.pidOf('orders'), [...reader.problems()]]).toEqual([undefined, []]);
  writer.setPid('orders', 7);
  writer.setPid('orders', 8);
  writer.setProblem('payments', 'one\ntwo');
  expect([reader.pidOf('orders'), [...reader.problems()]]).toEqual([8, [['payments', 'one\ntwo']]]);
});

it('is deleted after the run, and tolerates a late process', () => {
  const notes = createNotesFolder();
  const writer = openNotes(notes.folder);
  notes[Symbol.dispose]();
  expect(existsSync(notes.folder)).toBe(false);
  writer.setPid('orders', 7);
  expect(writer.pidOf('orders')).toBeUndefined();
});

it('notes nothing without a folder', () => {
  const notes = openNotes(undefined);
  notes.setPid('orders', 7);
  notes.setProblem('orders', 'one');
  expect([notes.pidOf('orders'), [...notes.problems()]]).toEqual([undefined, []]);
});
