import type { PostgresTransaction } from 'anywise/postgres';
import type { PoolClient } from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { PostgresQueryRunner } from 'typeorm/driver/postgres/PostgresQueryRunner.js';

/**
 * TypeORM in the message's transaction, on PostgreSQL.
 *
 * @param dataSource what knows the entities; none of its own connections is used
 */
export async function typeormOnPostgres(
  dataSource: DataSource,
  transaction: PostgresTransaction,
): Promise<EntityManager> {
  const client: unknown = await transaction.client();
  return dataSource.createEntityManager(new MessageRunner(dataSource.driver as PostgresDriver, client as PoolClient));
}

/** Runs within a transaction that has begun, so that TypeORM's own are savepoints. */
class MessageRunner extends PostgresQueryRunner {
  constructor(driver: PostgresDriver, client: PoolClient) {
    super(driver, 'master');
    this.databaseConnection = client;
    this.isTransactionActive = true;
    this.transactionDepth = 1;
  }
}
