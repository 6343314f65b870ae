import { startTestService } from '@anywise/service/testing';
import { expect, it } from '@jest/globals';
import { app } from '../template/services/sample-cases/src/app.js';
import { tableOf } from './slice.js';
import { reservedInSql } from './sql-words.js';

/** Every keyword of SQLite 3.51, in the order of its documentation. */
const keywords =
  'abort action add after all alter always analyze and as asc attach autoincrement before begin between by cascade case ' +
  'cast check collate column commit conflict constraint create cross current current_date current_time current_timestamp ' +
  'database default deferrable deferred delete desc detach distinct do drop each else end escape except exclude exclusive ' +
  'exists explain fail filter first following for foreign from full generated glob group groups having if ignore immediate ' +
  'in index indexed initially inner insert instead intersect into is isnull join key last left like limit match ' +
  'materialized natural no not nothing notnull null nulls of offset on or order others outer over partition plan pragma ' +
  'preceding primary query raise range recursive references regexp reindex release rename replace restrict returning right ' +
  'rollback row rows savepoint select set table temp temporary then ties to transaction trigger unbounded union unique ' +
  'update using vacuum values view virtual when where window with within without';

it('gives every entity a table that SQLite takes, whatever its name means in SQL', async () => {
  const words = new Set([...keywords.split(' '), ...reservedInSql]);
  const tables = [...words].map((word) => tableOf(word.replaceAll('_', '-')));
  const sql = tables.map((table) => `CREATE TABLE ${table} (id TEXT); SELECT id FROM ${table} WHERE id = '1';`);
  await using service = await startTestService({ ...app, migrations: [{ name: '001-words', sql: sql.join('\n') }] });
  expect(await service.service.anywise.check()).toEqual([]);
  expect(new Set(tables).size).toBe(words.size);
});

it.each([
  ['invoice', 'invoice'],
  ['credit-note', 'credit_note'],
  ['user', 'user_row'],
  ['current-user', 'current_user_row'],
])('calls the table of %s %s', (entity, table) => {
  expect(tableOf(entity)).toBe(table);
});
