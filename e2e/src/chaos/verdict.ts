import { setTimeout as delay } from 'node:timers/promises';
import type { Databases } from '../databases/databases.js';
import { textOf, type Numbered } from './messages.js';
import { numberOfHostile } from './neighbour.js';
import { compareEffects } from './effects.js';
import { compareRecord, countBehind, type RecordFacts } from './record.js';
import type { ServiceName } from './services.js';
import { compareTold } from './telling.js';
import { isDoomed, wildListeners } from './wild.js';

/** Ways in which the promise can be broken. */
const wrongs = [
  ...(['lost', 'duplicate', 'out of order', 'wrongly dead', 'unfinished', 'faults'] as const),
  ...(['holes', 'misread', 'strayed'] as const),
];

type Wrongs = Readonly<Record<(typeof wrongs)[number], readonly string[]>>;

/** What is due besides an effect of each listener for each number. */
export interface Expected {
  /** Whether the sink has listeners that do harm. */
  readonly isWild: boolean;
  /** How many unreadable messages the neighbour has written to the log. */
  readonly hostile: number;
}

/** What became of all numbers that the source has committed. */
export interface Verdict {
  /** How many the source has committed. */
  readonly events: number;
  /** How many events were promised to those that published them outside of handlers. */
  readonly told: number;
  /** How many messages became dead letters, as they had to. */
  readonly deadLetters: number;
  readonly record: RecordFacts;
  /** How often something is wrong, by what it is. */
  readonly counts: Readonly<Record<string, number>>;
  /** A line for each wrong that there is, with examples. Empty where the promise was kept. */
  readonly broken: readonly string[];
}

interface Effect extends Numbered {
  readonly listener: string;
}

/** A message in an inbox that was given up. */
interface Dead {
  readonly listener: string;
  readonly envelope: string;
}

const services: readonly ServiceName[] = ['source', 'middle', 'sink'];
const examples = 5;
const peace: Expected = { isWild: false, hostile: 0 };

/** Who is slow gets there; who has done nothing for so long does not. After a broker was away, clients take longer to try again. */
const stuckAfterMs = { database: 30_000, broker: 90_000 };

/** Waits until nothing is under way, or nothing goes on, and counts what is in the databases then. */
export async function judge(databases: Databases, expected: Expected = peace): Promise<Verdict> {
  await untilQuiet(databases, expected);
  const committed = await databases.rows<Numbered>('source', 'SELECT key, n FROM counted ORDER BY id');
  const { lost, duplicate, disordered } = await compare(databases, committed, expected);
  const told = await compareTold(databases);
  const record = await compareRecord(databases, committed);
  const { wrong, right } = await findDead(databases, expected);
  const found: Wrongs = {
    lost: [...lost, ...told.lost],
    duplicate: [...duplicate, ...told.duplicate],
    'out of order': [...disordered, ...told.disordered],
    'wrongly dead': wrong,
    unfinished: await findUnfinished(databases),
    faults: await databases.faults(),
    ...record.faults,
  };
  return {
    events: committed.length,
    told: told.promised,
    deadLetters: right,
    record: record.facts,
    counts: Object.fromEntries(wrongs.map((wrong) => [wrong, found[wrong].length])),
    broken: wrongs
      .filter((wrong) => found[wrong].length > 0)
      .map((wrong) => `${found[wrong].length} ${wrong}, such as ${found[wrong].slice(0, examples).join(', ')}`),
  };
}

/** How many effects and dead letters are due. */
async function countUnderWay(databases: Databases, { isWild, hostile }: Expected): Promise<number> {
  const count = async (service: ServiceName, rows: string): Promise<number> => {
    const [row] = await databases.rows<{ rows: number }>(service, `SELECT count(*) AS rows FROM ${rows}`);
    return Number(row?.rows);
  };
  const listeners = 4 + (isWild ? wildListeners.length : 0);
  const due = listeners * (await count('source', 'counted')) + hostile;
  const effects =
    (await count('middle', 'effect')) + (await count('sink', "effect WHERE listener NOT IN ('closed', 'told')"));
  const dead = (await count('middle', deadSql)) + (await count('sink', deadSql));
  const { lost } = await compareTold(databases);
  return due - effects - dead + lost.length;
}

async function untilQuiet(databases: Databases, expected: Expected): Promise<void> {
  const patienceMs = databases.server === undefined ? stuckAfterMs.database : stuckAfterMs.broker;
  let before = '';
  let deadline = Infinity;
  while (performance.now() < deadline) {
    const left = await countUnderWay(databases, expected);
    const behind = await countBehind(databases);
    if (left <= 0 && behind <= 0 && (await findUnfinished(databases)).length === 0) return;
    const now = `${left} ${behind} ${await countAttempts(databases)}`;
    if (now !== before) deadline = performance.now() + patienceMs;
    before = now;
    await delay(200);
  }
}

/** The attempts at what is not done: a message that kills its process each time gets on by them alone. */
async function countAttempts(databases: Databases): Promise<number> {
  const sql = "SELECT coalesce(sum(attempts), 0) AS n FROM anywise_inbox WHERE state <> 'handled'";
  const rows = await Promise.all(
    services.map((service) => databases.rows<{ readonly n: number | string }>(service, sql)),
  );
  return rows.flat().reduce((total, { n }) => total + Number(n), 0);
}

function listenersOf({ isWild }: Expected) {
  const sink = ['fast', 'slow', 'bulk', ...(isWild ? wildListeners : [])];
  return { middle: ['middle'], sink };
}

/** Each listener's effects, in the order in which they were committed, beside what the source has committed. */
async function compare(databases: Databases, committed: readonly Numbered[], expected: Expected) {
  const lost: string[] = [];
  const duplicate: string[] = [];
  const disordered: string[] = [];
  for (const service of ['middle', 'sink'] as const) {
    const effects = await databases.rows<Effect>(service, 'SELECT listener, key, n FROM effect ORDER BY id');
    for (const listener of listenersOf(expected)[service]) {
      const own = effects.filter((one) => one.listener === listener);
      const due = committed.filter((one) => !isDoomed(listener, one));
      const found = compareEffects(listener, own, due);
      const wrong = own.filter((one) => isDoomed(listener, one));
      lost.push(...found.lost);
      duplicate.push(...found.duplicate);
      duplicate.push(...wrong.map((one) => `${listener}: ${textOf(one)}, though it was given up`));
      disordered.push(...found.disordered);
    }
  }
  return { lost, duplicate, disordered };
}

/** Compares the dead letters with those that are due: each once, and no others. */
async function findDead(databases: Databases, expected: Expected): Promise<{ wrong: string[]; right: number }> {
  const committed = await databases.rows<Numbered>('source', 'SELECT key, n FROM counted');
  const due = new Set(Array.from({ length: expected.hostile }, (_, n) => `middle/unreadable: hostile ${n}`));
  for (const listener of expected.isWild ? wildListeners : []) {
    for (const one of committed) if (isDoomed(listener, one)) due.add(`${listener}: ${textOf(one)}`);
  }
  const right = due.size;
  const wrong: string[] = [];
  for (const service of services) {
    for (const dead of await databases.rows<Dead>(service, `SELECT listener, envelope FROM ${deadSql}`)) {
      const name = nameOf(dead);
      if (!due.delete(name)) wrong.push(`${name} became a dead letter`);
    }
  }
  return { wrong: [...wrong, ...[...due].map((name) => `${name} did not become a dead letter`)], right };
}

const deadSql = `anywise_inbox WHERE state IN ('dead', 'parked', 'blocking')`;

function nameOf({ listener, envelope }: Dead): string {
  const hostile = numberOfHostile(envelope);
  if (hostile !== undefined) return `${listener}: hostile ${hostile}`;
  const { data } = JSON.parse(envelope) as { readonly data: Numbered };
  return `${listener}: ${textOf(data)}`;
}

/** What is left in outboxes and inboxes. */
async function findUnfinished(databases: Databases): Promise<string[]> {
  const sql = `
    SELECT 'outbox' AS place, id, last_error AS error FROM anywise_outbox
    UNION ALL SELECT listener || ' ' || state, id, last_error FROM anywise_inbox
    WHERE state NOT IN ('handled', 'dead', 'parked', 'blocking')`;
  const found: string[] = [];
  for (const service of services) {
    const rows = await databases.rows<{ place: string; id: string; error: string | null }>(service, sql);
    found.push(
      ...rows.map(({ place, id, error }) => `${service}: ${place} ${id}${error === null ? '' : ` (${error})`}`),
    );
  }
  return found;
}
