import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Anywise } from '../core/bus/anywise.js';
import { contract } from '../core/message/contract.js';
import { command, event } from '../core/message/declare.js';
import { type } from '../core/message/schema.js';
import { SqlTransaction } from '../core/ports/sql.js';
import { on } from '../core/registry/on.js';
import type { Registrable } from '../core/registry/registry.js';
import { startBus } from '../test-support/start-bus.js';
import { eventually } from '../testing/eventually.js';
import { inTempFolder } from '../testing/temp-folder.js';
import { sqliteStore } from './store.js';
import { sqliteTransport } from './transport.js';

const data = type<{ readonly n: number }>();
class Write extends command('shop.write', { data }) {}
class Break extends command('shop.break', { data }) {}
class Other extends command('shop.other', { data }) {}
class Happened extends event('shop.happened', { data, entityId: ({ n }) => String(n) }) {}
const contracts = [contract('shop', { Write, Break, Other, Happened })];

const migrations = [
  {
    name: 'shop/001',
    sql: `
      CREATE TABLE parent (n INTEGER PRIMARY KEY) STRICT;
      CREATE TABLE child (n INTEGER NOT NULL REFERENCES parent DEFERRABLE INITIALLY DEFERRED) STRICT;
      CREATE TABLE written (n INTEGER PRIMARY KEY, bytes BLOB) STRICT;`,
  },
];

const services = { sql: SqlTransaction, bus: Anywise };
const write = on(Write)
  .inject(services)
  .handle(async ({ n }, _context, { sql, bus }) => {
    await sql.run('INSERT INTO written (n) VALUES (?)', n);
    await bus.publish(new Happened({ n }));
  });

interface World {
  readonly bus: Anywise;
  readonly path: string;
  /** The numbers in `written`, as last committed. */
  readonly written: () => Promise<readonly number[]>;
}

async function inShop(items: readonly Registrable[], work: (world: World) => Promise<void>): Promise<void> {
  await inTempFolder(async (folder) => {
    const path = join(folder, 'shop.db');
    const transport = sqliteTransport({ path: join(folder, 'bus.db') });
    await using bus = await startBus({
      name: 'desk',
      contracts,
      items: [write, ...items],
      store: sqliteStore({ path, migrations }),
      transport,
    });
    const written = () =>
      bus.transaction(async (tx) => {
        const sql = await tx.get(SqlTransaction);
        return (await sql.all<{ n: number }>('SELECT n FROM written ORDER BY n')).map(({ n }) => n);
      });
    await work({ bus, path, written });
  });
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
const innocents = upTo(100);
const culprit = 1_000;

/** What spoils the commit that it shares, or the transaction in which it runs. */
const violations = {
  'breaks a deferred constraint': async (sql: SqlTransaction) => {
    await sql.run('INSERT INTO child VALUES (?)', 404);
  },
  'has everything rolled back and goes on as if nothing had happened': async (sql: SqlTransaction) => {
    await sql.run('INSERT INTO parent VALUES (?)', 1);
    await sql.run('INSERT OR ROLLBACK INTO parent VALUES (?)', 1).catch(() => undefined);
    await sql.run('INSERT INTO written (n) VALUES (?)', culprit + 1).catch(() => undefined);
  },
};

describe.each(Object.entries(violations))('a message that %s', (_what, violate) => {
  it('fails alone, although others share its commit', () => {
    const breaks = on(Break)
      .inject(services)
      .handle(async ({ n }, _context, { sql, bus }) => {
        await sql.run('INSERT INTO written (n) VALUES (?)', n);
        await bus.publish(new Happened({ n }));
        await violate(sql);
      });
    const heard: number[] = [];
    const hear = on(Happened).listen(({ n }) => void heard.push(n));
    return inShop([breaks, hear], async ({ bus, written }) => {
      const send = (n: number) => bus.send(new Write({ n }));
      const before = innocents.slice(0, 50).map(send);
      const broken = bus.send(new Break({ n: culprit }));
      const outcomes = await Promise.allSettled([...before, broken, ...innocents.slice(50).map(send)]);
      const failed = outcomes.flatMap(({ status }, index) => (status === 'rejected' ? [index] : []));
      expect(failed).toEqual([50]);
      expect(outcomes[50]).toMatchObject({
        reason: { message: expect.stringMatching(/constraint failed/) as unknown },
      });
      expect(await written()).toEqual(innocents);
      await eventually(() => expect([...heard].sort((a, b) => a - b)).toEqual(innocents));
    });
  });

  it('is the only dead letter, and its effects are undone', () => {
    const listener = on(Happened)
      .named('listener')
      .retry({ attempts: 2, immediate: 2 })
      .inject(services)
      .listen(async ({ n }, _context, { sql }) => {
        await sql.run('INSERT INTO written (n) VALUES (?)', n);
        if (n === culprit) await violate(sql);
      });
    return inShop([listener], async ({ bus, written }) => {
      await bus.transaction(async (tx) => {
        for (const n of [...innocents.slice(0, 50), culprit, ...innocents.slice(50)])
          await tx.publish(new Happened({ n }));
      });
      const settled = { inbox: { waiting: { count: 0 }, running: { count: 0 }, dead: { count: 1 } } };
      await eventually(async () => expect(await bus.status()).toMatchObject(settled));
      expect(await written()).toEqual(innocents);
      const [letter] = await bus.deadLetters.list();
      expect(letter).toMatchObject({ listener: 'listener', attempts: 2 });
      expect(letter?.error).toMatch(/constraint failed/);
    });
  });
});

describe('a full disk', () => {
  it('leaves no half of a message whose handler catches the error, and harms none before and after', () => {
    const breaks = on(Break)
      .inject(services)
      .handle(async ({ n }, _context, { sql, bus }) => {
        await sql.run('INSERT INTO written (n) VALUES (?)', n);
        await bus.publish(new Happened({ n }));
        await sql.run('UPDATE written SET bytes = zeroblob(100000000) WHERE n = ?', n).catch(() => undefined);
        await sql.run('INSERT INTO written (n) VALUES (?)', n + 1).catch(() => undefined);
      });
    const heard: number[] = [];
    const hear = on(Happened).listen(({ n }) => void heard.push(n));
    const limitPages = (bus: Anywise, pages: number) =>
      bus.transaction(async (tx) => (await tx.get(SqlTransaction)).get(`PRAGMA max_page_count = ${pages}`));
    return inShop([breaks, hear], async ({ bus, written }) => {
      await limitPages(bus, 1_000);
      const send = (n: number) => bus.send(new Write({ n }));
      const before = innocents.slice(0, 10).map(send);
      const broken = bus.send(new Break({ n: culprit }));
      const outcomes = await Promise.allSettled([...before, broken, ...innocents.slice(10, 20).map(send)]);
      expect(outcomes.map(({ status }) => status)).toEqual(
        outcomes.map((_, index) => (index === 10 ? 'rejected' : 'fulfilled')),
      );
      expect(outcomes[10]).toMatchObject({ reason: { message: 'database or disk is full' } });
      expect(await written()).toEqual(innocents.slice(0, 20));
      await limitPages(bus, 1_000_000);
      await bus.send(new Write({ n: 99 }));
      await eventually(() => expect([...heard].sort((a, b) => a - b)).toEqual([...innocents.slice(0, 20), 99]));
    });
  });
});

describe('damaged database files', () => {
  it('end no process: the check says so, what is asked for may fail, and the bus can be stopped', () => {
    const hear = on(Happened).listen(() => undefined);
    return inShop([hear], async ({ bus, path }) => {
      for (const n of upTo(50)) await bus.send(new Write({ n }));
      for (const name of ['shop.db', 'bus.db']) {
        for (const file of [name, `${name}-wal`].map((each) => join(path, '..', each))) {
          writeFileSync(file, Buffer.alloc(readFileSync(file).length, 0x5a));
        }
      }
      const began = performance.now();
      // Timers that look into the files go off several times.
      await eventually(async () => {
        await Promise.allSettled([bus.send(new Write({ n: Math.round(performance.now()) })), bus.status()]);
        expect(await bus.check({ timeoutMs: 1_000 })).toContain('the store cannot be used');
        expect(performance.now() - began).toBeGreaterThan(2_000);
      });
      await bus.stop({ timeoutMs: 1_000 });
    });
  });
});

describe("the process's own bus within a handler that has written", () => {
  it('ends with an error that says what to do instead, and holds up the others no longer', () => {
    let own: Anywise | undefined;
    const breaks = on(Break)
      .inject(services)
      .handle(async ({ n }, _context, { sql }) => {
        await sql.run('INSERT INTO written (n) VALUES (?)', n);
        await own?.send(new Other({ n: n + 1 }));
      });
    const other = on(Other)
      .inject(services)
      .handle(async ({ n }, _context, { sql }) => {
        await sql.run('INSERT INTO written (n) VALUES (?)', n);
      });
    return inShop([breaks, other], async ({ bus, written }) => {
      own = bus;
      const broken = bus.send(new Break({ n: culprit }));
      await expect(broken).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
      await expect(broken).rejects.toThrow(
        "within a handler use the injected `Anywise`, not the process's: what that sends waits for the handler's transaction to end.",
      );
      await bus.send(new Write({ n: 1 }));
      expect(await written()).toEqual([1]);
    });
  });
});
