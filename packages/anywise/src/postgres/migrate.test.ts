import { expect, it } from '@jest/globals';
import type { Database } from './database.js';
import { migrate } from './migrate.js';
import type { Session, Statement } from './session.js';

it('PostgreSQL looks for the schema when no other process can be creating it any more', async () => {
  const said: string[] = [];
  const session = {
    query: ({ text }: Statement) => {
      said.push(text);
      return Promise.resolve({ rows: [], rowCount: 0 });
    },
  } as unknown as Session;
  const database = {
    transaction: (begin: string, work: (session: Session) => Promise<void>) => {
      said.push(begin);
      return work(session);
    },
  } as unknown as Database;
  await migrate(database, 'orders', []);
  const at = (part: string): number => said.findIndex((text) => text.includes(part));
  expect(at('pg_advisory_xact_lock')).toBeGreaterThanOrEqual(0);
  expect(at('search_path')).toBeGreaterThan(at('pg_advisory_xact_lock'));
  expect(at('search_path')).toBeLessThan(at('anywise_migration'));
});
