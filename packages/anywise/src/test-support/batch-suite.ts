import { expect, it } from '@jest/globals';
import { z } from 'zod';
import type { Anywise } from '../core/bus/anywise.js';
import { contract } from '../core/message/contract.js';
import { event } from '../core/message/declare.js';
import { SqlTransaction, type Migration } from '../core/ports/sql.js';
import type { Store } from '../core/ports/store.js';
import { on } from '../core/registry/on.js';
import type { Registrable } from '../core/registry/registry.js';
import { eventually } from '../testing/eventually.js';
import { startBus } from './start-bus.js';

class Printed extends event('printing.printed', {
  entityId: ({ printer }) => printer,
  data: z.object({ printer: z.string(), page: z.number() }),
}) {}
const contracts = [contract('printing', { Printed })];

interface Row {
  readonly printer: string;
  readonly page: number;
}

const printers = 5;
const pages = 60;
const refused = 13;
const waitMs = 60_000;

const start = (store: Store, ...items: readonly Registrable[]): ReturnType<typeof startBus> =>
  startBus({ name: 'printing', contracts, store, items });

async function print(bus: Anywise): Promise<void> {
  await bus.transaction(async (tx) => {
    for (let page = 0; page < pages; page++) await tx.publish(new Printed({ printer: `p${page % printers}`, page }));
  });
}

async function readPages(store: Store): Promise<readonly Row[]> {
  const reader = store.begin({ readOnly: true });
  const sql = reader.client(SqlTransaction) as SqlTransaction;
  const rows = await sql.all<Row>('SELECT printer, page FROM printed ORDER BY n');
  await reader.rollback();
  return rows;
}

/** Waits until all is handled, and then expects each page once and in order, except for the one that the table refuses. */
async function expectAllWritten(store: Store): Promise<void> {
  await eventually(async () => {
    const status = await store.inbox.status();
    expect(status).toMatchObject({ waiting: { count: 0 }, running: { count: 0 }, dead: { count: 1 } });
  }, waitMs);
  const rows = await readPages(store);
  const expected = Array.from({ length: pages }, (_, page) => page).filter((page) => page !== refused);
  expect(rows).toHaveLength(expected.length);
  for (let printer = 0; printer < printers; printer++) {
    const own = rows.filter((row) => row.printer === `p${printer}`).map(({ page }) => page);
    expect(own).toEqual(expected.filter((page) => page % printers === printer));
  }
}

type Called = (events: readonly Printed[], attempts: readonly number[]) => unknown;

/** A bulk insert for each batch. @param begun called before it, and `called` after it. */
function writesPages(called: Called, begun: Called = () => undefined): Registrable {
  return on(Printed)
    .batch()
    .retry({ attempts: 1 })
    .onDead('skip')
    .inject({ sql: SqlTransaction })
    .listen(async (events, context, { sql }) => {
      const attempts = events.map((each) => context.of(each).attempt);
      await begun(events, attempts);
      const places = events.map(() => '(?, ?)').join();
      const values = events.flatMap(({ printer, page }) => [printer, page]);
      await sql.run(`INSERT INTO printed (printer, page) VALUES ${places}`, ...values);
      await called(events, attempts);
    });
}

/**
 * How a batch listener behaves over a store. `open` opens the same data again, as processes that follow each other do.
 *
 * @param numberColumn declares the column `n`, which numbers the rows of a table.
 */
export function describeBatches(
  numberColumn: string,
  withStore: (work: (open: () => Store) => Promise<void>, migrations: readonly Migration[]) => Promise<void>,
): void {
  const sql = `CREATE TABLE printed (${numberColumn}, printer TEXT, page INTEGER CHECK (page <> ${refused}))`;
  const migrations = [{ name: '001', sql }];

  it('writes the rows of many events at once, each once and in order, except for one that cannot be written', () =>
    withStore(async (open) => {
      const sizes: number[] = [];
      const store = open();
      await using bus = await start(
        store,
        writesPages((events) => sizes.push(events.length)),
      );
      await print(bus);
      await expectAllWritten(store);
      expect(Math.max(...sizes)).toBeGreaterThan(pages / printers);
    }, migrations));

  it('finishes the batch that it has in hand when it stops, all parts of it', () =>
    withStore(async (open) => {
      let inHand: readonly Printed[] | undefined;
      let stopped: Promise<void> | undefined;
      const bus: Awaited<ReturnType<typeof start>> = await start(
        open(),
        writesPages(
          () => {
            stopped ??= bus.stop();
          },
          (events) => {
            inHand ??= events;
          },
        ),
      );
      await print(bus);
      await eventually(() => expect(stopped).toBeDefined(), waitMs);
      await stopped;
      const store = open();
      await store.check();
      const written = (await readPages(store)).map(({ page }) => page);
      // What follows the one that fails, in its order, is given back.
      const isHeld = (page: number): boolean => page >= refused && page % printers === refused % printers;
      const due = (inHand ?? []).map(({ page }) => page).filter((page) => !isHeld(page));
      expect(due.length).toBeGreaterThan(0);
      expect(written).toEqual(expect.arrayContaining(due));
      expect(await store.inbox.status()).toMatchObject({ running: { count: 0 } });

      await using _next = await start(
        store,
        writesPages(() => undefined),
      );
      await expectAllWritten(store);
    }, migrations));

  it('gives back a batch that a stop does not wait for: none of it is written, and none has lost an attempt', () =>
    withStore(async (open) => {
      const hanging: (readonly Printed[])[] = [];
      const bus = await start(
        open(),
        writesPages((events) => {
          if (events.length === 1) return undefined;
          hanging.push(events);
          return new Promise(() => undefined);
        }),
      );
      await print(bus);
      await eventually(() => expect(hanging).toHaveLength(1), waitMs);
      await bus.stop({ timeoutMs: 50 });
      const attempts = new Set<number>();
      const store = open();
      await using _next = await start(
        store,
        writesPages((_events, each) => {
          for (const attempt of each) attempts.add(attempt);
        }),
      );
      await expectAllWritten(store);
      expect([...attempts]).toEqual([1]);
    }, migrations));
}
