import { setTimeout as delay } from 'node:timers/promises';
import type { Databases } from '../databases/databases.js';
import type { Numbered } from './messages.js';
import type { ServiceName } from './services.js';

/** Ways in which the promise can be broken. */
const wrongs = ['lost', 'duplicate', 'out of order', 'unfinished', 'faults'] as const;

type Wrongs = Readonly<Record<(typeof wrongs)[number], readonly string[]>>;

/** What became of all numbers that the source has committed. */
export interface Verdict {
  /** How many the source has committed. */
  readonly events: number;
  /** How often something is wrong, by what it is. */
  readonly counts: Readonly<Record<string, number>>;
  /** A line for each wrong that there is, with examples. Empty where the promise was kept. */
  readonly broken: readonly string[];
}

interface Effect extends Numbered {
  readonly listener: string;
}

const services: readonly ServiceName[] = ['source', 'middle', 'sink'];
const listeners = { middle: ['middle'], sink: ['fast', 'slow'] } as const;
const examples = 5;

/** Who is slow gets there; who has done nothing for so long does not. */
const stuckAfterMs = 30_000;

/** Waits until nothing is under way, or nothing goes on, and counts what is in the databases then. */
export async function judge(databases: Databases): Promise<Verdict> {
  await untilQuiet(databases);
  const { events, lost, duplicate, disordered } = await compare(databases);
  const found: Wrongs = {
    lost,
    duplicate,
    'out of order': disordered,
    unfinished: await findUnfinished(databases),
    faults: await databases.faults(),
  };
  return {
    events,
    counts: Object.fromEntries(wrongs.map((wrong) => [wrong, found[wrong].length])),
    broken: wrongs
      .filter((wrong) => found[wrong].length > 0)
      .map((wrong) => `${found[wrong].length} ${wrong}, such as ${found[wrong].slice(0, examples).join(', ')}`),
  };
}

/** How many effects are due. */
export async function countUnderWay(databases: Databases): Promise<number> {
  const count = async (service: ServiceName, table: string): Promise<number> => {
    const [row] = await databases.rows<{ rows: number }>(service, `SELECT count(*) AS rows FROM ${table}`);
    return Number(row?.rows);
  };
  return 3 * (await count('source', 'counted')) - (await count('middle', 'effect')) - (await count('sink', 'effect'));
}

async function untilQuiet(databases: Databases): Promise<void> {
  let fewest = Infinity;
  let deadline = Infinity;
  while (performance.now() < deadline) {
    const left = await countUnderWay(databases);
    if (left <= 0 && (await findUnfinished(databases)).length === 0) return;
    if (left < fewest) deadline = performance.now() + stuckAfterMs;
    fewest = Math.min(left, fewest);
    await delay(200);
  }
}

/** Each listener's effects, in the order in which they were committed, beside what the source has committed. */
async function compare(databases: Databases) {
  const committed = await databases.rows<Numbered>('source', 'SELECT key, n FROM counted ORDER BY id');
  const lost: string[] = [];
  const duplicate: string[] = [];
  const disordered: string[] = [];
  for (const service of ['middle', 'sink'] as const) {
    const effects = await databases.rows<Effect>(service, 'SELECT listener, key, n FROM effect ORDER BY id');
    for (const listener of listeners[service]) {
      const due = new Set(committed.map(textOf));
      const done = new Set<string>();
      const highest = new Map<string, number>();
      for (const effect of effects.filter((one) => one.listener === listener)) {
        const text = textOf(effect);
        const before = highest.get(effect.key) ?? 0;
        if (done.has(text)) duplicate.push(`${listener}: ${text}`);
        else if (effect.n < before) disordered.push(`${listener}: ${text} after ${before}`);
        highest.set(effect.key, Math.max(effect.n, before));
        done.add(text);
        due.delete(text);
      }
      lost.push(...[...due].map((text) => `${listener}: ${text}`));
    }
  }
  return { events: committed.length, lost, duplicate, disordered };
}

/** What is left in outboxes and inboxes, dead letters included. */
async function findUnfinished(databases: Databases): Promise<string[]> {
  const sql = `
    SELECT 'outbox' AS place, id, last_error AS error FROM anywise_outbox
    UNION ALL SELECT listener || ' ' || state, id, last_error FROM anywise_inbox WHERE state <> 'handled'`;
  const found: string[] = [];
  for (const service of services) {
    const rows = await databases.rows<{ place: string; id: string; error: string | null }>(service, sql);
    found.push(
      ...rows.map(({ place, id, error }) => `${service}: ${place} ${id}${error === null ? '' : ` (${error})`}`),
    );
  }
  return found;
}

function textOf({ key, n }: Numbered): string {
  return `${key} ${n}`;
}
