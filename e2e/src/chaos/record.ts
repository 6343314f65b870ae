import { parseEnvelope } from 'anywise';
import type { Databases } from '../databases/databases.js';
import { differences } from './differences.js';
import { findHoles, type Logged } from './holes.js';
import type { Numbered } from './messages.js';
import { isClosedByClock, sizeOfRound, type Round } from './rounds.js';

/** What is wrong with the log, the read models and the sagas, a text for each. */
export interface RecordFaults {
  /** Versions that are missing in a stream or come twice, and events that disagree with the rows of their transaction. */
  readonly holes: readonly string[];
  /** Read models that differ from what a replay of the log makes. */
  readonly misread: readonly string[];
  /** Sagas that do not stand where their messages leave them. */
  readonly strayed: readonly string[];
}

/** How much of it there was. */
export interface RecordFacts {
  /** How often a read model was made again beside the one that was read. */
  readonly rebuilds: number;
  readonly sagas: number;
  /** How many of them have ended by the clock. */
  readonly byClock: number;
  /** How many were told by the clock that they were late. */
  readonly late: number;
}

interface Row extends Logged {
  readonly envelope: string;
}

interface Kept {
  readonly key: string;
  readonly status: string;
  readonly state: string;
  readonly timeouts: string;
  readonly outcomes: string | null;
}

type Model = Numbered & { readonly version: number };

/** Compares the log of the source and the sagas of the sink with the numbers that the source has committed. */
export async function compareRecord(databases: Databases, committed: readonly Numbered[]) {
  const log = await databases.rows<Row>('source', 'SELECT stream, version, envelope FROM anywise_event ORDER BY seq');
  const recorded = log.map(({ envelope }) => parseEnvelope(envelope).data as Numbered);
  const { strayed, ...sagas } = await compareSagas(databases, committed);
  const { misread, rebuilds } = await compareModels(databases, recorded);
  const faults: RecordFaults = { holes: findHoles(log, recorded, committed), misread, strayed };
  const facts: RecordFacts = { rebuilds, ...sagas };
  return { faults, facts };
}

/** What a read model or a saga has yet to do: a number that moves as long as something goes on, and 0 at the end. */
export async function countBehind(databases: Databases): Promise<number> {
  const sql = `
    SELECT count(*) AS building, coalesce(sum(last - position), 0) AS behind
    FROM anywise_projection, (SELECT coalesce(max(seq), 0) AS last FROM anywise_event) AS log
    WHERE state = 'building' OR (state = 'live' AND position < last)`;
  const [row] = await databases.rows<{ building: number | string; behind: number | string }>('source', sql);
  const complete = await countRows(databases, 'source', `counted WHERE n % ${sizeOfRound} = 0`);
  const closed = await countRows(databases, 'sink', "effect WHERE listener = 'closed'");
  return Number(row?.building) + Number(row?.behind) + complete - closed;
}

async function countRows(databases: Databases, service: string, rows: string): Promise<number> {
  const [row] = await databases.rows<{ n: number | string }>(service, `SELECT count(*) AS n FROM ${rows}`);
  return Number(row?.n);
}

async function compareModels(databases: Databases, recorded: readonly Numbered[]) {
  const generations = await databases.rows<{ name: string; generation: number; state: string }>(
    'source',
    'SELECT name, generation, state FROM anywise_projection ORDER BY generation',
  );
  const read = generations.filter(({ state }) => state === 'live' || state === 'inline');
  const suffixOf = (name: string): string => {
    const { generation = 1 } = read.find((each) => each.name === name) ?? {};
    return generation === 1 ? '' : `_g${generation}`;
  };
  const numbers = `followed_numbers_v1${suffixOf('source.followed')}`;
  const rows = await databases.rows<Model>('source', `SELECT key, n, version FROM ${numbers}`);
  const keys = `inlined_keys_v1${suffixOf('source.inlined')}`;
  const totals = await databases.rows<Numbered & { events: number }>('source', `SELECT key, n, events FROM ${keys}`);
  const lastOf = new Map(recorded.map(({ key, n }) => [key, n]));
  return {
    rebuilds: generations.filter(({ generation }) => generation > 1).length,
    misread: [
      ...(read.length === 2 ? [] : [`${read.length} read models are complete, not 2`]),
      ...differences(
        numbers,
        rows.map(({ key, n, version }) => `${key} ${n} v${version}`),
        recorded.map(({ key, n }) => `${key} ${n} v${n}`),
      ),
      ...differences(
        keys,
        totals.map(({ key, n, events }) => `${key} ${n} of ${events}`),
        [...lastOf].map(([key, n]) => `${key} ${n} of ${n}`),
      ),
    ],
  };
}

/** Each round has its numbers in order, and is closed once if all are there. Nothing that its saga set is left. */
async function compareSagas(databases: Databases, committed: readonly Numbered[]) {
  const separator = databases.kind === 'sqlite' ? 'group_concat(outcome)' : "string_agg(outcome, ',')";
  const sql = `
    SELECT key, status, state, timeouts,
      (SELECT ${separator} FROM anywise_saga_step AS step WHERE step.name = saga.name AND step.key = saga.key) AS outcomes
    FROM anywise_saga AS saga WHERE name = 'sink.rounds'`;
  const sagas = await databases.rows<Kept>('sink', sql);
  const rounds = sagas.map(({ state }) => JSON.parse(state) as Round);
  const closed = await databases.rows<Numbered>('sink', "SELECT key, n FROM effect WHERE listener = 'closed'");
  const due = roundsOf(committed);
  const complete = [...due].filter(([, numbers]) => numbers.length === sizeOfRound).map(([round]) => round);
  const isStrange = ({ timeouts, outcomes }: Kept): boolean =>
    timeouts !== '{}' || (outcomes ?? '').split(',').filter((outcome) => outcome === 'started').length !== 1;
  return {
    sagas: sagas.length,
    byClock: rounds.filter(({ round, seen }) => isClosedByClock(round) && seen.length === sizeOfRound).length,
    late: rounds.filter(({ isLate }) => isLate).length,
    strayed: [
      ...differences(
        'the sagas',
        sagas.map(({ key, status, state }) => `${key} ${status} with ${(JSON.parse(state) as Round).seen.join(' ')}`),
        [...due].map(
          ([key, numbers]) =>
            `${key} ${numbers.length === sizeOfRound ? 'ended' : 'running'} with ${numbers.join(' ')}`,
        ),
      ),
      ...differences(
        'closed rounds',
        closed.map(({ key, n }) => `${key}/${n}`),
        complete,
      ),
      ...sagas.filter(isStrange).map(({ key, timeouts, outcomes }) => `${key} has ${timeouts} left, and ${outcomes}`),
    ],
  };
}

/** The numbers of each round, by the key of its saga. */
function roundsOf(committed: readonly Numbered[]): ReadonlyMap<string, readonly number[]> {
  const rounds = new Map<string, number[]>();
  for (const { key, n } of [...committed].sort((a, b) => a.n - b.n)) {
    const round = `${key}/${Math.ceil(n / sizeOfRound)}`;
    rounds.set(round, [...(rounds.get(round) ?? []), n]);
  }
  return rounds;
}
