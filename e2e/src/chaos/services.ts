import { setTimeout as delay } from 'node:timers/promises';
import { Anywise, SqlTransaction, on, type Migration, type Registrable, type RetryPolicy } from 'anywise';
import type { StoreKind } from '../databases/databases.js';
import { counting } from './counter.js';
import { Counted, CountKept, Keep, PassedOn, Refused, Told, type Numbered } from './messages.js';
import { followRounds } from './rounds.js';
import { createWildListeners } from './wild.js';

export type ServiceName = 'source' | 'middle' | 'sink' | 'asker' | 'teller';

/** Short, so that another process soon gets the messages of a frozen one. */
export const leaseMs = 1_000;

/** One of so many messages is handled so slowly that its lease has to be renewed. */
const slowOneIn = 200;
const slowMs = 1.2 * leaseMs;

/** More than the keys, so that a batch has several numbers of one. */
const bulkAtOnce = 20;

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
    if (event.n % slowOneIn === 0) await delay(slowMs);
    await addEffect(sql, 'slow', event);
  });

/** Takes many at once, and writes their effects in their order by one statement. */
const sinkInBulk = on(PassedOn)
  .named('bulk')
  .retry(patient)
  .batch({ max: bulkAtOnce })
  .inject({ sql: SqlTransaction })
  .listen(async (events, _context, { sql }) => {
    const rows = events.map(() => '(?, ?, ?)').join(', ');
    const values = events.flatMap(({ key, n }) => ['bulk', key, n]);
    await sql.run(`INSERT INTO effect (listener, key, n) VALUES ${rows}`, ...values);
  });

const sinkTold = on(Told)
  .named('told')
  .retry(patient)
  .inject({ sql: SqlTransaction })
  .listen((event, _context, { sql }) => addEffect(sql, 'told', event));

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
  source: counting,
  middle: [passOn],
  sink: [sinkFast, sinkSlowly, sinkInBulk, sinkTold, ...followRounds(patient, addEffect)],
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
    source: `CREATE TABLE counted (id ${id}, ${numbered})`,
    middle: effect,
    sink: effect,
    asker: `CREATE TABLE asked (asked_id TEXT NOT NULL, message TEXT NOT NULL, outcome TEXT NOT NULL, kept_row INTEGER)`,
    teller: `CREATE TABLE kept (id ${id}, asked_id TEXT NOT NULL)`,
  };
  return [{ name: `${name}/001`, sql: sql[name] }];
}
