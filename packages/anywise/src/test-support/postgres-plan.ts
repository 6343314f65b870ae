import { withTestDatabase } from './test-postgres.js';

/** A node of a plan, as EXPLAIN tells it. */
interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

/** What a statement did when it ran by index: how many rows of tables it looked at, and which of them it read from end to end. */
export interface Reads {
  readonly rows: number;
  readonly scanned: readonly string[];
}

/** Runs a statement by index, as stores do, and tells what it read. */
export async function readsOf(text: string, ...values: readonly unknown[]): Promise<Reads> {
  return withTestDatabase(async (database) => {
    const { rows } = await database.queryByIndex<{ 'QUERY PLAN': readonly { readonly Plan: PlanNode }[] }>(
      { text: `EXPLAIN (ANALYZE, FORMAT JSON) ${text}` },
      ...values,
    );
    const nodes = rows.flatMap((row) => row['QUERY PLAN']).flatMap(({ Plan }) => nodesOf(Plan));
    const reads = nodes.filter((node) => node['Relation Name'] !== undefined);
    return {
      rows: reads.reduce((sum, node) => sum + rowsOf(node), 0),
      scanned: reads.filter((node) => node['Node Type'] === 'Seq Scan').map((node) => String(node['Relation Name'])),
    };
  });
}

function nodesOf(node: PlanNode): readonly PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}

function rowsOf(node: PlanNode): number {
  return (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'];
}
