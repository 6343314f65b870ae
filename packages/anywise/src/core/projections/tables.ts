import { describeValue } from '../errors/describe.js';
import type { ProjectionKey, ProjectionTable } from '../ports/projections.js';

/** PostgreSQL cuts longer names. */
const longestName = 63;
const identifier = /^[a-z][a-z0-9_]*$/;
const placeholder = /\{([a-z][a-z0-9_]*)\}/g;

/** A projection, as far as its tables go. */
interface Tables {
  readonly name: string;
  readonly statements: Readonly<Record<string, string>>;
}

/** The names of the tables of a generation, by those that the projection gives them. */
export function tableNames(
  { name, statements }: Tables,
  { version, generation }: Omit<ProjectionKey, 'name'>,
): Readonly<Record<string, string>> {
  const names = Object.keys(statements).map((table) => [table, tableName(name, table, version, generation)]);
  return Object.fromEntries(names) as Readonly<Record<string, string>>;
}

/** The tables of a generation, and how they are made. */
export function tablesOf(projection: Tables, key: Omit<ProjectionKey, 'name'>): readonly ProjectionTable[] {
  const names = tableNames(projection, key);
  return Object.entries(projection.statements).map(([table, sql]) => ({
    name: names[table] ?? table,
    sql: sql.replaceAll(placeholder, (all, named: string) => names[named] ?? all),
  }));
}

function tableName(name: string, table: string, version: number, generation: number): string {
  const own = name.slice(name.indexOf('.') + 1).replaceAll('-', '_');
  return `${own}_${table}_v${version}${generation === 1 ? '' : `_g${generation}`}`;
}

/** What is wrong with the tables that a projection is given, one text each. */
export function tableProblems(name: unknown, version: unknown, tables: unknown): string[] {
  if (typeof tables !== 'object' || tables === null || Array.isArray(tables)) return [];
  const names = Object.keys(tables);
  return Object.entries(tables).flatMap(([table, sql]: [string, unknown]) => {
    if (typeof sql !== 'string')
      return [`the table \`${table}\` is ${describeValue(sql)}, but must be the SQL that makes it`];
    const problems: string[] = [];
    if (!identifier.test(table)) {
      problems.push(`the table \`${table}\` must have a name of small letters, digits and \`_\``);
    } else if (!sql.includes(`{${table}}`)) {
      problems.push(`the SQL of the table \`${table}\` makes another one; write \`CREATE TABLE {${table}} (…)\``);
    }
    if (
      tableName(String(name), table, Number.isSafeInteger(version) ? Number(version) : 1, 9_999).length > longestName
    ) {
      problems.push(
        `the table \`${table}\` has a name that is too long with that of the projection; shorten one of them`,
      );
    }
    const strange = [...sql.matchAll(placeholder)]
      .map(([, named]) => named ?? '')
      .filter((named) => !names.includes(named));
    return [
      ...problems,
      ...strange.map(
        (named) => `the SQL of the table \`${table}\` names \`{${named}}\`, which is not one of its tables`,
      ),
    ];
  });
}
