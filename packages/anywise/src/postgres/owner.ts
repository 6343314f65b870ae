import { assertOwner } from '../kit/owner.js';
import type { Database } from './database.js';

/**
 * Makes a service the owner of a store that has none.
 *
 * @param schema the quoted name.
 * @throws AnywiseError (`STORE_TAKEN`) if another one is.
 */
export async function own(database: Database, schema: string, service: string): Promise<void> {
  const table = `${schema}.anywise_owner`;
  const claim = `INSERT INTO ${table} (one, service) VALUES (1, $1) ON CONFLICT DO NOTHING`;
  await database.query({ text: claim }, service);
  const { rows } = await database.query<{ service: string }>({ text: `SELECT service FROM ${table}` });
  assertOwner(rows[0]?.service ?? service, service);
}
