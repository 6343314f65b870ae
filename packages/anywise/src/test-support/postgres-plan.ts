import { byIndex, Database } from '../postgres/database.js';
import type { Session } from '../postgres/session.js';
import { testPostgresUrl, withTestDatabase } from './test-postgres.js';

/** A node of a plan, as EXPLAIN tells it. */
interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly Plans?: readonly PlanNode[];
}

/** What a statement read when it ran by index: rows of tables, pages, and the tables that it read from end to end. */
export interface Reads {
  readonly rows: number;
  readonly pages: number;
  readonly scanned: readonly string[];
}

/** Runs a statement by index, as stores do, and tells what it read. */
export async function readsOf(text: string, ...values: readonly unknown[]): Promise<Reads> {
  return withTestDatabase(async (database) => {
    const { rows } = await database.queryByIndex<Explained>(
      { text: `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}` },
      ...values,
    );
    return readsIn(rows);
  });
}

/** The same for a statement that runs in the transaction of a handler, where the planner may choose as it likes. */
export async function readsOfAny(text: string, ...values: readonly unknown[]): Promise<Reads> {
  return withTestDatabase(async (database) => {
    const { rows } = await database.query<Explained>(
      { text: `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}` },
      ...values,
    );
    return readsIn(rows);
  });
}

/** The same for a statement that was planned before work was done, and runs by the plan that was kept. */
export async function readsOfKept(
  text: string,
  work: () => Promise<void>,
  ...values: readonly unknown[]
): Promise<Reads> {
  const kept = await KeptPlans.of([{ text, values }]);
  try {
    await work();
    return await kept.reads(0);
  } finally {
    await kept.end();
  }
}

/** A statement with its values. */
interface Valued {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Statements by the plans that were made for them at the beginning, as a connection keeps them. */
export class KeptPlans {
  readonly #session: Session;
  readonly #runs: readonly string[];
  readonly #ended: () => Promise<void>;

  private constructor(session: Session, runs: readonly string[], ended: () => Promise<void>) {
    this.#session = session;
    this.#runs = runs;
    this.#ended = ended;
  }

  /** Plans each, and runs none. */
  static async of(statements: readonly Valued[]): Promise<KeptPlans> {
    const database = await Database.open({ url: testPostgresUrl });
    const session = await database.begin(byIndex);
    const runs: string[] = [];
    for (const [n, { text, values }] of statements.entries()) {
      const run = `EXECUTE kept_${n} (${values.map((value) => literal(value as PlanValue)).join(', ')})`;
      await session.query({ text: `PREPARE kept_${n} AS ${text}` });
      await session.query({ text: `EXPLAIN ${run}` });
      runs.push(run);
    }
    return new KeptPlans(session, runs, () => database.close());
  }

  /** Runs one, and tells what it read. */
  async reads(nth: number): Promise<Reads> {
    const text = `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${this.#runs[nth] ?? ''}`;
    return readsIn((await this.#session.query<Explained>({ text })).rows);
  }

  async end(): Promise<void> {
    await this.#session.rollback();
    await this.#ended();
  }
}

interface Explained {
  readonly 'QUERY PLAN': readonly { readonly Plan: PlanNode }[];
}

function readsIn(rows: readonly Explained[]): Reads {
  const plans = rows.flatMap((row) => row['QUERY PLAN']).map(({ Plan }) => Plan);
  const reads = plans.flatMap(nodesOf).filter((node) => node['Relation Name'] !== undefined);
  return {
    rows: reads.reduce((sum, node) => sum + rowsOf(node), 0),
    // A node's pages include those of its children.
    pages: plans.reduce((sum, plan) => sum + plan['Shared Hit Blocks'] + plan['Shared Read Blocks'], 0),
    scanned: reads.filter((node) => node['Node Type'] === 'Seq Scan').map((node) => String(node['Relation Name'])),
  };
}

/** A value of a statement that a test explains. */
type PlanValue = string | number | boolean | null | Buffer | readonly (string | number | boolean | null)[];

/** A value, as SQL has it. */
function literal(value: PlanValue): string {
  if (value === null) return 'NULL';
  if (Buffer.isBuffer(value)) return `'\\x${value.toString('hex')}'`;
  const text = typeof value === 'object' ? `{${value.map(item).join(',')}}` : String(value);
  return `'${text.replaceAll("'", "''")}'`;
}

function item(value: string | number | boolean | null): string {
  return value === null ? 'NULL' : `"${String(value).replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

function nodesOf(node: PlanNode): readonly PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}

function rowsOf(node: PlanNode): number {
  return (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'];
}
