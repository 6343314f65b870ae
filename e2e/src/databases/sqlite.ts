import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import type { Databases } from './databases.js';

/** A file for each service and one for the bus between them, in a new folder. */
export function sqliteDatabases(): Databases {
  const folder = mkdtempSync(join(tmpdir(), 'anywise-e2e-'));
  const read = <Row>(name: string, sql: string): Row[] => {
    const database = new DatabaseSync(join(folder, `${name}.db`), { readOnly: true, timeout: 1_000 });
    try {
      return database.prepare(sql).all() as Row[];
    } finally {
      database.close();
    }
  };
  const names = () => readdirSync(folder).flatMap((file) => (file.endsWith('.db') ? [file.slice(0, -3)] : []));
  let isKept = false;
  return {
    kind: 'sqlite',
    storeUrl: `sqlite:${folder}`,
    transportUrl: `sqlite:${join(folder, 'bus.db')}`,
    folder,
    rows: async (name, sql) => read(name, sql),
    async intoLog(type, kind, text) {
      const database = new DatabaseSync(join(folder, 'bus.db'), { timeout: 1_000 });
      try {
        const sql = 'INSERT INTO anywise_message (type, kind, envelope, published_at) VALUES (?, ?, ?, ?)';
        return database.prepare(sql).run(type, kind, text, Date.now()).changes === 1;
      } finally {
        database.close();
      }
    },
    faults: async () =>
      names().flatMap((name) =>
        read<{ integrity_check: string }>(name, 'PRAGMA integrity_check')
          .filter(({ integrity_check }) => integrity_check !== 'ok')
          .map(({ integrity_check }) => `${name}.db: ${integrity_check}`),
      ),
    cuts: [],
    keep() {
      isKept = true;
      return folder;
    },
    async [Symbol.asyncDispose]() {
      if (!isKept) rmSync(folder, { recursive: true });
    },
  };
}
