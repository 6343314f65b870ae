import type { SqlTransaction } from 'anywise';
import { PostgresTransaction } from 'anywise/postgres';
import { SqliteTransaction } from 'anywise/sqlite';
import { desc, eq } from 'drizzle-orm';
import * as postgres from 'drizzle-orm/pg-core';
import * as sqlite from 'drizzle-orm/sqlite-core';
import type { Kysely } from 'kysely';
import type { StoreKind } from '../databases/databases.js';
import { drizzleOnPostgres, drizzleOnSqlite } from './drizzle.js';
import { kyselyOnPostgres, kyselyOnSqlite } from './kysely.js';

/** What the tests do with a query builder. */
export interface NoteBook {
  add(id: string, text: string): Promise<unknown>;
  /** The texts with this id, or all of them without one, in reverse alphabetical order. */
  texts(id?: string): Promise<readonly string[]>;
  /** Tags a note. Returns what the insert returned, and the rows of both tables, which have columns of the same names. */
  tag(tag: { readonly id: string; readonly noteId: string; readonly text: string }): Promise<readonly unknown[]>;
}

export type Open = (transaction: SqlTransaction) => NoteBook | Promise<NoteBook>;

interface Tables {
  note: { id: string; text: string };
  tag: { id: string; note_id: string; text: string };
}

export const kyselyOn: Readonly<Record<StoreKind, (transaction: SqlTransaction) => Kysely<Tables>>> = {
  sqlite: (transaction) => kyselyOnSqlite(only(SqliteTransaction, transaction)),
  postgres: (transaction) => kyselyOnPostgres(only(PostgresTransaction, transaction)),
};

/** Each library on each store. */
export const noteBooks: Readonly<Record<StoreKind, readonly { readonly library: string; readonly open: Open }[]>> = {
  sqlite: [
    { library: 'Kysely', open: (transaction) => withKysely(kyselyOn.sqlite(transaction)) },
    {
      library: 'Drizzle',
      open: (transaction) => withSqliteDrizzle(drizzleOnSqlite(only(SqliteTransaction, transaction))),
    },
  ],
  postgres: [
    { library: 'Kysely', open: (transaction) => withKysely(kyselyOn.postgres(transaction)) },
    {
      library: 'Drizzle',
      open: async (transaction) => withPostgresDrizzle(await drizzleOnPostgres(only(PostgresTransaction, transaction))),
    },
  ],
};

function only<T extends SqlTransaction>(type: abstract new () => T, transaction: SqlTransaction): T {
  if (transaction instanceof type) return transaction;
  throw new TypeError(`The store gave no ${type.name}.`);
}

function withKysely(db: Kysely<Tables>): NoteBook {
  return {
    add: (id, text) => db.insertInto('note').values({ id, text }).execute(),
    async texts(id) {
      const all = db.selectFrom('note').select('text').orderBy('text', 'desc');
      const rows = await (id === undefined ? all : all.where('id', '=', id)).execute();
      return rows.map(({ text }) => text);
    },
    async tag({ id, noteId, text }) {
      const tag = { id, note_id: noteId, text };
      const tagged = await db.insertInto('tag').values(tag).returning(['id', 'note_id as noteId', 'text']).execute();
      const both = db.selectFrom('note').innerJoin('tag', 'tag.note_id', 'note.id');
      const rows = await both.select(['note.id', 'note.text', 'tag.id as tagId', 'tag.text as tagText']).execute();
      return [...tagged, ...rows.map((row) => [row.id, row.text, row.tagId, row.tagText])];
    },
  };
}

const sqliteNote = sqlite.sqliteTable('note', {
  id: sqlite.text().primaryKey(),
  text: sqlite.text().notNull(),
});
const sqliteTag = sqlite.sqliteTable('tag', {
  id: sqlite.text().primaryKey(),
  noteId: sqlite.text('note_id').notNull(),
  text: sqlite.text().notNull(),
});

function withSqliteDrizzle(db: ReturnType<typeof drizzleOnSqlite>): NoteBook {
  return {
    add: (id, text) => db.insert(sqliteNote).values({ id, text }),
    async texts(id) {
      if (id !== undefined)
        return [(await db.select().from(sqliteNote).where(eq(sqliteNote.id, id)).get())?.text ?? ''];
      return (await db.select().from(sqliteNote).orderBy(desc(sqliteNote.text))).map(({ text }) => text);
    },
    async tag(tag) {
      const [tagged] = await db.insert(sqliteTag).values(tag).returning();
      const rows = await db.select().from(sqliteNote).innerJoin(sqliteTag, eq(sqliteTag.noteId, sqliteNote.id));
      return [tagged, ...rows.map(({ note, tag: { id, text } }) => [note.id, note.text, id, text])];
    },
  };
}

const postgresNote = postgres.pgTable('note', {
  id: postgres.text().primaryKey(),
  text: postgres.text().notNull(),
});
const postgresTag = postgres.pgTable('tag', {
  id: postgres.text().primaryKey(),
  noteId: postgres.text('note_id').notNull(),
  text: postgres.text().notNull(),
});

function withPostgresDrizzle(db: Awaited<ReturnType<typeof drizzleOnPostgres>>): NoteBook {
  return {
    add: (id, text) => db.insert(postgresNote).values({ id, text }),
    async texts(id) {
      const all = db.select().from(postgresNote).orderBy(desc(postgresNote.text));
      return (await (id === undefined ? all : all.where(eq(postgresNote.id, id)))).map(({ text }) => text);
    },
    async tag(tag) {
      const [tagged] = await db.insert(postgresTag).values(tag).returning();
      const rows = await db.select().from(postgresNote).innerJoin(postgresTag, eq(postgresTag.noteId, postgresNote.id));
      return [tagged, ...rows.map(({ note, tag: { id, text } }) => [note.id, note.text, id, text])];
    },
  };
}
