import { expect, it } from '@jest/globals';
import { HandlerStatements } from './handler-statements.js';

const outdated = Object.assign(new Error('cached plan must not change result type'), {
  code: '0A000',
  routine: 'RevalidateCachedQuery',
});

it('numbers the placeholders, and prepares a statement when it comes again', () => {
  const statements = new HandlerStatements();
  const sql = 'SELECT * FROM thing WHERE id = ?';
  expect(statements.of(sql)).toEqual({ text: 'SELECT * FROM thing WHERE id = $1' });
  const again = statements.of(sql);
  expect(again).toEqual({ text: 'SELECT * FROM thing WHERE id = $1', name: expect.any(String) });
  expect(statements.of(sql)).toBe(again);
});

it('names no two statements equally', () => {
  const statements = new HandlerStatements();
  const texts = Array.from({ length: 100 }, (_, at) => `SELECT ${at}`);
  const names = [...texts, ...texts].map((text) => statements.of(text).name);
  expect(new Set(names.slice(100)).size).toBe(100);
});

it('prepares no more than 200 statements, however many texts are put together', () => {
  const statements = new HandlerStatements();
  const names = new Set<string>();
  for (let at = 0; at < 5_000; at++) {
    for (const _ of [1, 2, 3]) names.add(statements.of(`SELECT ${at}`).name ?? '');
  }
  names.delete('');
  expect(names.size).toBe(200);
  expect(statements.of('SELECT 0').name).toBeDefined();
  expect(statements.of('SELECT 4999').name).toBeUndefined();
});

it('prepares all anew after a table has changed, and asks for another try', () => {
  const statements = new HandlerStatements();
  const named = (): string | undefined => [statements.of('SELECT 1'), statements.of('SELECT 1')][1]?.name;
  const before = named();
  expect(statements.explain(outdated)).toMatchObject({ code: 'UNAVAILABLE', retryable: true, cause: outdated });
  const after = named();
  expect(after).toBeDefined();
  expect(after).not.toBe(before);
});

it.each([
  [new Error('other')],
  [Object.assign(new Error('no savepoint'), { code: '0A000' })],
  ['a text'],
  [null],
  [undefined],
])('leaves other failures as they are: %p', (error) => {
  expect(new HandlerStatements().explain(error)).toBe(error);
});
