import type { SqlValue } from 'anywise';
import type { PostgresTransaction } from 'anywise/postgres';
import type { SqliteTransaction } from 'anywise/sqlite';
import {
  CompiledQuery,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
} from 'kysely';

/** Kysely in the message's transaction, on SQLite. */
export function kyselyOnSqlite<Tables>(transaction: SqliteTransaction): Kysely<Tables> {
  return new Kysely<Tables>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
      createDriver: () =>
        new MessageDriver(async (query) => {
          const values = query.parameters as readonly SqlValue[];
          if (givesRows(query)) return { rows: [...(await transaction.all(query.sql, ...values))] };
          return { rows: [], numAffectedRows: BigInt(await transaction.run(query.sql, ...values)) };
        }),
    },
  });
}

/** Kysely in the message's transaction, on PostgreSQL. */
export function kyselyOnPostgres<Tables>(transaction: PostgresTransaction): Kysely<Tables> {
  return new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
      createDriver: () =>
        new MessageDriver(async ({ sql, parameters }) => {
          const client = await transaction.client();
          const { command, rowCount, rows } = await client.query({ text: sql, values: [...parameters] });
          const changed = command === 'SELECT' ? {} : { numAffectedRows: BigInt(rowCount ?? 0) };
          return { rows: [...rows], ...changed };
        }),
    },
  });
}

const nothing = async (): Promise<void> => undefined;

/** Does not commit or roll back: that happens with the message. A transaction within it is a savepoint. */
class MessageDriver implements Driver {
  readonly init = nothing;
  readonly releaseConnection = nothing;
  readonly destroy = nothing;
  readonly #connection: DatabaseConnection;

  constructor(execute: (query: CompiledQuery) => Promise<QueryResult<unknown>>) {
    this.#connection = {
      executeQuery: async <Row>(query: CompiledQuery) => (await execute(query)) as QueryResult<Row>,
      streamQuery: () => {
        throw new Error('Rows are not streamed in a message. Read them page by page.');
      },
    };
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection;
  }

  async beginTransaction(): Promise<void> {
    await this.#run('SAVEPOINT kysely');
  }

  async commitTransaction(): Promise<void> {
    await this.#run('RELEASE SAVEPOINT kysely');
  }

  async rollbackTransaction(): Promise<void> {
    await this.#run('ROLLBACK TO SAVEPOINT kysely');
    await this.#run('RELEASE SAVEPOINT kysely');
  }

  async #run(sql: string): Promise<void> {
    await this.#connection.executeQuery(CompiledQuery.raw(sql));
  }
}

function givesRows({ query }: CompiledQuery): boolean {
  return query.kind === 'SelectQueryNode' || query.kind === 'RawNode' || 'returning' in query;
}
