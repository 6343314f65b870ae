import { assertOwner } from '../kit/owner.js';
import type { Database } from './database.js';

const claimSql = 'INSERT OR IGNORE INTO anywise_owner (one, service) VALUES (1, ?)';
const ownerSql = 'SELECT service FROM anywise_owner';

/** Makes a service the owner of a store that has none. @throws AnywiseError (`STORE_TAKEN`) if another one is. */
export async function own({ connections, writer }: Database, service: string): Promise<void> {
  const owner = await writer.run(() => {
    connections.writer.run(claimSql, service);
    return connections.writer.get<{ service: string }>(ownerSql)?.service;
  });
  assertOwner(owner ?? service, service);
}
