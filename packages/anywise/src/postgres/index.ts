/**
 * Store and transport in a PostgreSQL database, for any number of machines.
 *
 * @module anywise/postgres
 */

export type { PostgresClient, PostgresConnection, PostgresQuery, PostgresResult } from './client.js';
export { postgresStore, type PostgresStoreOptions } from './store.js';
export { PostgresTransaction } from './transaction-client.js';
export { postgresTransport, type PostgresTransportOptions } from './transport.js';
