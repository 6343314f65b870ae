/**
 * Store and transport in SQLite files, for the processes of one machine.
 *
 * @module anywise/sqlite
 */

export type { OpenSqlite, SqliteClient, SqliteStatement, Synchronous } from './client.js';
export { sqliteStore, type SqliteStoreOptions } from './store.js';
export { SqliteTransaction } from './transaction-client.js';
export { sqliteTransport, type SqliteTransportOptions } from './transport.js';
