import { PrismaPg } from '@prisma/adapter-pg';
import type { PostgresTransaction } from 'anywise/postgres';
import { Pool, type PoolClient, type QueryConfig } from 'pg';
import { PrismaClient } from './prisma-client/client.js';

/**
 * Prisma in the message's transaction, on PostgreSQL.
 *
 * @param schema where the tables are: the schema of the store, unless they are elsewhere
 */
export async function prismaOnPostgres(transaction: PostgresTransaction, schema: string): Promise<PrismaClient> {
  const client: unknown = await transaction.client();
  return new PrismaClient({ adapter: new PrismaPg(poolOf(client as PoolClient), { schema }) });
}

/** A pool that has the message's connection and opens none. */
function poolOf(client: PoolClient): Pool {
  const query = (statement: QueryConfig) => client.query({ ...statement, text: withinMessage(statement.text) });
  const connection = { query, on: () => undefined, removeListener: () => undefined, release: () => undefined };
  return Object.assign(new Pool(), { query, connect: async () => connection });
}

/** Prisma's transaction as a savepoint: what begins and ends with the message is not Prisma's to begin or end. */
function withinMessage(sql: string): string {
  if (sql === 'BEGIN') return 'SAVEPOINT prisma';
  if (sql === 'COMMIT') return 'RELEASE SAVEPOINT prisma';
  if (sql === 'ROLLBACK') return 'ROLLBACK TO SAVEPOINT prisma; RELEASE SAVEPOINT prisma';
  return sql;
}
