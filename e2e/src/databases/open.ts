import type { Databases, StoreKind } from './databases.js';
import { postgresDatabases } from './postgres.js';
import { sqliteDatabases } from './sqlite.js';

export async function openDatabases(kind: StoreKind): Promise<Databases> {
  return kind === 'sqlite' ? sqliteDatabases() : postgresDatabases();
}
