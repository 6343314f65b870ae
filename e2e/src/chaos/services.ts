import { setTimeout as delay } from 'node:timers/promises';
import { Anywise, SqlTransaction, on, type Migration, type Registrable, type RetryPolicy } from 'anywise';
import type { StoreKind } from '../databases/databases.js';
import { Count, Counted, CountKept, Keep, PassedOn, Refused, type Numbered } from './messages.js';
import { createWildListeners } from './wild.js';

export type ServiceName = 'source' | 'middle' | 'sink' | 'asker' | 'teller';

/** Short, so that another process soon gets the messages of a frozen one. */
export const leaseMs = 1_000;

/** Each so manieth message is handled so slowly that its lease has to be renewed. */
const slowEach = 200;
const slowMs = 1.2 * leaseMs;

/** Each death of a process costs a message an attempt, and here processes die all the time. */
const patient: RetryPolicy = { attempts: 1_000, maxDelayMs: 500 };

/** What a service does. */
export interface ServiceCode {
  readonly items: readonly Registrable[];
  readonly migrations: readonly Migration[];
}

/** @param isWild whether the service has listeners that do harm. */
export function serviceCode(name: ServiceName, kind: StoreKind, isWild: boolean): ServiceCode {
  const wild = isWild && name === 'sink' ? createWildListeners(patient, addEffect) : [];
  return { items: [...items[name], ...wild], migrations: migrations(name, kind) };
}

const count = on(Count)
  .inject({ sql: SqlTransaction, anywise: Anywise })
  .handle(async ({ key }, _context, { sql, anywise }) => {
    const counter = `
      INSERT INTO counter (key, n) VALUES (?, 1) ON CONFLICT (key) DO UPDATE SET n = counter.n + 1 RETURNING n`;
    const { n } = (await sql.get<{ n: number }>(counter, key)) ?? { n: 0 };
    await sql.run('INSERT INTO counted (key, n) VALUES (?, ?)', key, n);
    await anywise.publish(new Counted({ key, n }));
  });

const passOn = on(Counted)
  .named('middle')
  .retry(patient)
  .inject({ sql: SqlTransaction, anywise: Anywise })
  .listen(async ({ key, n }, _context, { sql, anywise }) => {
    await addEffect(sql, 'middle', { key, n });
    await anywise.publish(new PassedOn({ key, n }));
  });

const sinkFast = on(PassedOn)
  .named('fast')
  .retry(patient)
  .inject({ sql: SqlTransaction })
  .listen((event, _context, { sql }) => addEffect(sql, 'fast', event));

const sinkSlowly = on(PassedOn)
  .named('slow')
  .retry(patient)
  .inject({ sql: SqlTransaction })
  .listen(async (event, _context, { sql }) => {
    if (event.n % slowEach === 0) await delay(slowMs);
    await addEffect(sql, 'slow', event);
  });

/** Long enough that a process often dies in the middle of it. */
const keepMs = 50;

const keep = on(Keep)
  .inject({ sql: SqlTransaction })
  .handle(async ({ id, refuse }, _context, { sql }) => {
    const { id: row } = (await sql.get<{ id: number | string }>(
      'INSERT INTO kept (asked_id) VALUES (?) RETURNING id',
      id,
    )) ?? { id: 0 };
    await delay(Math.random() * keepMs);
    if (refuse) throw new Refused({ id });
    return { row: Number(row) };
  });

const countKept = on(CountKept)
  .inject({ sql: SqlTransaction })
  .handle(async (_query, _context, { sql }) => {
    const counted = await sql.get<{ kept: number | string }>('SELECT count(*) AS kept FROM kept');
    return { kept: Number(counted?.kept) };
  });

const items: Readonly<Record<ServiceName, readonly Registrable[]>> = {
  source: [count],
  middle: [passOn],
  sink: [sinkFast, sinkSlowly],
  asker: [],
  teller: [keep, countKept],
};

async function addEffect(sql: SqlTransaction, listener: string, { key, n }: Numbered): Promise<void> {
  await sql.run('INSERT INTO effect (listener, key, n) VALUES (?, ?, ?)', listener, key, n);
}

/**
 * Nothing but the numbering of rows differs between databases. No constraint keeps duplicates out, so that tests can see
 * them.
 */
function migrations(name: ServiceName, kind: StoreKind): readonly Migration[] {
  const id = kind === 'sqlite' ? 'INTEGER PRIMARY KEY' : 'INTEGER GENERATED ALWAYS AS IDENTITY';
  const numbered = 'key TEXT NOT NULL, n INTEGER NOT NULL';
  const effect = `CREATE TABLE effect (id ${id}, listener TEXT NOT NULL, ${numbered})`;
  const sql: Readonly<Record<ServiceName, string>> = {
    source: `CREATE TABLE counter (key TEXT PRIMARY KEY, n INTEGER NOT NULL); CREATE TABLE counted (id ${id}, ${numbered})`,
    middle: effect,
    sink: effect,
    asker: `CREATE TABLE asked (asked_id TEXT NOT NULL, message TEXT NOT NULL, outcome TEXT NOT NULL, kept_row INTEGER)`,
    teller: `CREATE TABLE kept (id ${id}, asked_id TEXT NOT NULL)`,
  };
  return [{ name: `${name}/001`, sql: sql[name] }];
}
