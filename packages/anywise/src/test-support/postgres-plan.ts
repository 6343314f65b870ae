import { byIndex, type Database } from '../postgres/database.js';
import { withTestDatabase } from './test-postgres.js';

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

/** A value of a statement that a test explains. */
type PlanValue = string | number | null | readonly string[];

/** The same for a statement that was planned before work was done, and runs by the plan that was kept. */
export async function readsOfKept(
  text: string,
  work: () => Promise<void>,
  ...values: readonly PlanValue[]
): Promise<Reads> {
  return withTestDatabase(async (database: Database) => {
    const session = await database.begin(`${byIndex}; SET LOCAL plan_cache_mode = force_generic_plan`);
    try {
      const run = { text: `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE kept (${values.map(literal).join(', ')})` };
      await session.query({ text: `PREPARE kept AS ${text}` });
      await session.query(run);
      await work();
      const { rows } = await session.query<Explained>(run);
      return readsIn(rows);
    } finally {
      await session.query({ text: 'DEALLOCATE kept' });
      await session.rollback();
    }
  });
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

/** A value of a test, as SQL has it. */
function literal(value: PlanValue): string {
  if (value === null) return 'NULL';
  return typeof value === 'object' ? `'{${value.map((item) => `"${item}"`).join(',')}}'` : `'${value}'`;
}

function nodesOf(node: PlanNode): readonly PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}

function rowsOf(node: PlanNode): number {
  return (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'];
}
