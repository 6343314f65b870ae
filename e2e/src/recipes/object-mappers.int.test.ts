import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Anywise, on } from 'anywise';
import { PostgresTransaction } from 'anywise/postgres';
import { eventually } from 'anywise/testing';
import type { DataSource } from 'typeorm';
import { describeOnPostgres } from '../databases/each-store.js';
import { startNotes } from './note-bus.js';
import { AddNote, NoteAdded } from './notes.js';
import { addNoteWithPrisma } from './prisma-handler.js';
import { prismaOnPostgres } from './prisma.js';
import { Note, addNoteWithTypeorm, notesOn } from './typeorm-handler.js';
import { typeormOnPostgres } from './typeorm.js';

/** What the tests do with a library. */
interface Notes {
  add(id: string, text: string): Promise<unknown>;
  find(id: string): Promise<string | undefined>;
  /** Adds notes in a transaction of the library's own, and fails in it if told to. */
  addTogether(ids: readonly string[], failure?: Error): Promise<unknown>;
}

type Open = (transaction: PostgresTransaction) => Promise<Notes>;

const inPrisma: Open = async (transaction) => {
  const prisma = await prismaOnPostgres(transaction, 'notes');
  return {
    add: (id, text) => prisma.note.create({ data: { id, text } }),
    find: async (id) => (await prisma.note.findUnique({ where: { id } }))?.text,
    addTogether: (ids, failure) =>
      prisma.$transaction(async (inner) => {
        for (const id of ids) await inner.note.create({ data: { id, text: id } });
        if (failure !== undefined) throw failure;
      }),
  };
};

const inTypeorm =
  (dataSource: DataSource): Open =>
  async (transaction) => {
    const manager = await typeormOnPostgres(dataSource, transaction);
    return {
      add: (id, text) => manager.save(Note, { id, text }),
      find: async (id) => (await manager.findOneBy(Note, { id }))?.text,
      addTogether: (ids, failure) =>
        manager.transaction(async (inner) => {
          for (const id of ids) await inner.insert(Note, { id, text: id });
          if (failure !== undefined) throw failure;
        }),
    };
  };

/** A handler that adds its note with the library, announces it, and continues as requested. */
function addNoteIn(open: Open, goOn: (notes: Notes, transaction: PostgresTransaction) => Promise<void>) {
  return on(AddNote)
    .inject({ transaction: PostgresTransaction, anywise: Anywise })
    .handle(async ({ noteId, text }, _context, { transaction, anywise }) => {
      const notes = await open(transaction);
      await notes.add(noteId, text);
      await anywise.publish(new NoteAdded({ noteId }));
      await goOn(notes, transaction);
    });
}

describeOnPostgres('an object mapper in the transaction of the message', () => {
  let dataSource: DataSource;

  beforeAll(async () => {
    dataSource = await notesOn(process.env.ANYWISE_TEST_POSTGRES ?? '').initialize();
  });

  afterAll(() => dataSource.destroy());

  const libraries = [
    { library: 'Prisma', open: () => inPrisma, asOnThePage: () => addNoteWithPrisma },
    { library: 'TypeORM', open: () => inTypeorm(dataSource), asOnThePage: () => addNoteWithTypeorm(dataSource) },
  ];

  describe.each(libraries)('of $library', ({ open, asOnThePage }) => {
    it('commits with the events, as the page shows', async () => {
      await using bus = await startNotes('postgres', asOnThePage());
      await bus.anywise.send(new AddNote({ noteId: 'n1', text: 'one' }));
      expect(await bus.texts()).toEqual(['one']);
      await eventually(() => expect(bus.announced).toEqual(['n1']));
    });

    it('rolls back with the events', async () => {
      let fails = true;
      const fail = async (): Promise<void> => {
        if (fails) throw new Error('no more paper');
      };
      await using bus = await startNotes('postgres', addNoteIn(open(), fail));
      await expect(bus.anywise.send(new AddNote({ noteId: 'n1', text: 'one' }))).rejects.toThrow('no more paper');
      fails = false;
      await bus.anywise.send(new AddNote({ noteId: 'n2', text: 'two' }));
      expect(await bus.texts()).toEqual(['two']);
      await eventually(() => expect(bus.announced).toEqual(['n2']));
    });

    it('and plain SQL see what the other writes', async () => {
      const seen: unknown[] = [];
      const look = async (notes: Notes, sql: PostgresTransaction): Promise<void> => {
        seen.push(await sql.get('SELECT text FROM note WHERE id = ?', 'n1'));
        await sql.run('INSERT INTO note VALUES (?, ?)', 'n2', 'two');
        seen.push(await notes.find('n2'));
      };
      await using bus = await startNotes('postgres', addNoteIn(open(), look));
      await bus.anywise.send(new AddNote({ noteId: 'n1', text: 'one' }));
      expect(seen).toEqual([{ text: 'one' }, 'two']);
    });

    it('makes its own transaction a savepoint', async () => {
      const goOn = async (notes: Notes): Promise<void> => {
        await notes.addTogether(['n2', 'n3']);
        const undone = notes.addTogether(['n4', 'n5'], new Error('on second thoughts'));
        await expect(undone).rejects.toThrow('on second thoughts');
        await notes.add('n6', 'six');
      };
      await using bus = await startNotes('postgres', addNoteIn(open(), goOn));
      await bus.anywise.send(new AddNote({ noteId: 'n1', text: 'one' }));
      expect(await bus.texts()).toEqual(['n2', 'n3', 'one', 'six']);
    });

    it('undoes its own transactions with the message, too', async () => {
      const goOn = async (notes: Notes): Promise<void> => {
        await notes.addTogether(['n2', 'n3']);
        throw new Error('no more paper');
      };
      await using bus = await startNotes('postgres', addNoteIn(open(), goOn));
      await expect(bus.anywise.send(new AddNote({ noteId: 'n1', text: 'one' }))).rejects.toThrow('no more paper');
      expect(await bus.texts()).toEqual([]);
    });
  });
});
