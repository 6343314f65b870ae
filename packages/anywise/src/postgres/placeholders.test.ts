import { expect, it } from '@jest/globals';
import { numberPlaceholders } from './placeholders.js';

it.each([
  ['numbers them', 'SELECT ?, ? FROM t WHERE a=?', 'SELECT $1, $2 FROM t WHERE a=$3'],
  ['leaves strings', `SELECT '?', 'it''s ?', ?`, `SELECT '?', 'it''s ?', $1`],
  ['leaves strings with escapes', String.raw`SELECT E'\'?', ?`, String.raw`SELECT E'\'?', $1`],
  ['knows that a backslash ends nothing in a plain string', String.raw`SELECT '\', ?`, String.raw`SELECT '\', $1`],
  ['leaves names', 'SELECT "a?""?" FROM t WHERE a = ?', 'SELECT "a?""?" FROM t WHERE a = $1'],
  ['leaves comments to the end of the line', 'SELECT 1 -- ?\n, ?', 'SELECT 1 -- ?\n, $1'],
  ['leaves comments within comments', 'SELECT /* ? /* ? */ ? */ ?', 'SELECT /* ? /* ? */ ? */ $1'],
  ['leaves a comment that does not end', 'SELECT ? /* ?', 'SELECT $1 /* ?'],
  ['leaves dollar quotes', 'SELECT $$ ? $$, $a$ ? $$ ? $a$, ?', 'SELECT $$ ? $$, $a$ ? $$ ? $a$, $1'],
  ['leaves what is numbered already', 'SELECT $1, $2', 'SELECT $1, $2'],
  ['makes the operator of two', 'SELECT a ?? ?, a ??| ?', 'SELECT a ? $1, a ?| $2'],
  [
    'says of what is only compared with NULL that it is text',
    'SELECT ? IS NULL OR a = ?',
    'SELECT $1::text IS NULL OR a = $2',
  ],
  ['says so even if it must not be NULL', 'SELECT ?\n is  not null', 'SELECT $1::text\n is  not null'],
])('%s', (_title, sql, numbered) => {
  expect(numberPlaceholders(sql)).toBe(numbered);
});
