export type { PostgresClient, PostgresConnection, PostgresQuery, PostgresResult } from './client.js';
export { postgresStore, type PostgresStoreOptions } from './store.js';
export { PostgresTransaction } from './transaction.js';
export { postgresTransport, type PostgresTransportOptions } from './transport.js';
