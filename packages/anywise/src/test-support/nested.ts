import { expect, it } from '@jest/globals';
import { z } from 'zod';
import { Anywise } from '../core/bus/anywise.js';
import { contract } from '../core/message/contract.js';
import { command, event } from '../core/message/declare.js';
import { SqlTransaction, type Migration } from '../core/ports/sql.js';
import type { Store } from '../core/ports/store.js';
import { on } from '../core/registry/on.js';
import { eventually } from '../testing/eventually.js';
import { startBus } from './start-bus.js';

const data = z.object({ id: z.string() });
class Outer extends command('shop.outer', { data, reply: z.string() }) {}
class Both extends command('shop.both', { data, reply: z.string() }) {}
class Inner extends command('shop.inner', { data }) {}
class Fine extends command('shop.fine', { data }) {}
class Flaky extends command('shop.flaky', { data }) {}
class Happened extends event('shop.happened', { data, entityId: ({ id }) => id }) {}
const contracts = [contract('shop', { Outer, Both, Inner, Fine, Flaky, Happened })];

const migrations: readonly Migration[] = [
  { name: 'rows', sql: 'CREATE TABLE written (id TEXT PRIMARY KEY, by_whom TEXT NOT NULL)' },
];

/** Makes a store with the service's own tables, for as long as the work takes. */
type WithStore = (work: (store: Store) => Promise<void>, migrations: readonly Migration[]) => Promise<void>;

/** What holds on every SQL store for what a failed part of a message wrote, published and enqueued. */
export function describeNested(withStore: WithStore): void {
  const behaves = (behaviour: string, run: (bus: Awaited<ReturnType<typeof shop>>) => Promise<void>): void =>
    it(behaviour, () =>
      withStore(async (store) => {
        await using bus = await shop(store);
        await run(bus);
      }, migrations),
    );

  async function shop(store: Store) {
    const heard: string[] = [];
    let tries = 0;
    const write = async (sql: SqlTransaction, id: string, byWhom: string): Promise<void> => {
      await sql.run('INSERT INTO written (id, by_whom) VALUES (?, ?)', id, byWhom);
    };
    const services = { bus: Anywise, sql: SqlTransaction };
    const bus = await startBus({
      name: 'shop',
      contracts,
      store,
      items: [
        on(Outer)
          .inject(services)
          .handle(async ({ id }, _context, { bus, sql }) => {
            await write(sql, `${id}-before`, 'outer');
            const reply = await bus.send(new Inner({ id })).then(
              () => 'done',
              () => 'refused',
            );
            await write(sql, `${id}-after`, 'outer');
            await bus.send(new Fine({ id: `${id}-fine` }));
            return reply;
          }),
        on(Both)
          .inject(services)
          .handle(async ({ id }, _context, { bus }) => {
            const sent = await Promise.allSettled([bus.send(new Fine({ id })), bus.send(new Inner({ id: `${id}-i` }))]);
            return sent.map(({ status }) => status).join();
          }),
        on(Inner)
          .inject(services)
          .handle(async ({ id }, _context, { bus, sql }) => {
            await write(sql, id, 'inner');
            await bus.publish(new Happened({ id }));
            await bus.enqueue(new Fine({ id: `${id}-enqueued` }));
            // A statement that fails, after which PostgreSQL refuses all others of the transaction.
            await write(sql, id, 'inner');
          }),
        on(Fine)
          .inject(services)
          .handle(async ({ id }, _context, { bus, sql }) => {
            await write(sql, id, 'fine');
            await bus.publish(new Happened({ id }));
          }),
        on(Flaky).guard(async (_command, _context, next) => next().catch(() => next())),
        on(Flaky)
          .inject(services)
          .handle(async ({ id }, _context, { bus, sql }) => {
            await write(sql, id, 'flaky');
            await bus.publish(new Happened({ id }));
            if (++tries === 1) throw new Error('conflict');
          }),
        on(Happened).listen(({ id }) => void heard.push(id)),
      ],
    });
    const rows = () =>
      bus.transaction(async (tx) => {
        const sql = await tx.get(SqlTransaction);
        const found = await sql.all<{ id: string }>('SELECT id FROM written ORDER BY id');
        return found.map(({ id }) => id);
      });
    return Object.assign(bus, { heard, rows });
  }

  behaves('leaves nothing of a nested command whose failure is caught, and all of the rest', async (bus) => {
    await expect(bus.send(new Outer({ id: 'a' }))).resolves.toBe('refused');
    expect(await bus.rows()).toEqual(['a-after', 'a-before', 'a-fine']);
    await eventually(() => expect(bus.heard).toEqual(['a-fine']));
    const settled = { inbox: { waiting: { count: 0 }, running: { count: 0 }, dead: { count: 0 } } };
    await eventually(async () => expect(await bus.status()).toMatchObject(settled));
  });

  behaves('leaves nothing of the first try where a guard calls `next` again', async (bus) => {
    await bus.send(new Flaky({ id: 'b' }));
    expect(await bus.rows()).toEqual(['b']);
    await eventually(() => expect(bus.heard).toEqual(['b']));
    await bus.send(new Fine({ id: 'later' }));
    await eventually(() => expect(bus.heard).toEqual(['b', 'later']));
  });

  behaves(
    'commits nothing where one of two commands at once failed, as it cannot be told what is whose',
    async (bus) => {
      await expect(bus.send(new Both({ id: 'c' }))).rejects.toMatchObject({
        code: expect.stringMatching(/^NOT_UNDONE$|^23505$/) as unknown,
      });
      expect(await bus.rows()).toEqual([]);
      await bus.send(new Fine({ id: 'later' }));
      await eventually(() => expect(bus.heard).toEqual(['later']));
    },
  );
}
