import { join } from 'node:path';
import { describe, it } from '@jest/globals';
import { casesFor } from '../testing/case.js';
import { eventually } from '../testing/eventually.js';
import { inTempFolder } from '../testing/temp-folder.js';
import type { TransportCase } from '../testing/transport-case.js';
import { transportContract } from '../testing/transport-contract.js';
import { defaultDriver, type SqliteClient } from './client.js';
import { sqliteTransport } from './transport.js';

/** Works with a file as another program does. */
async function inFile(path: string, work: (client: SqliteClient) => unknown): Promise<void> {
  const client = (await defaultDriver())(path);
  try {
    work(client);
  } finally {
    client.close();
  }
}

describe('the SQLite transport', () => {
  const capabilities = { ...sqliteTransport({ path: 'not-opened.db' }).capabilities, forget: true, foreign: true };
  const cases = casesFor(transportContract, capabilities);
  const check = ({ run }: TransportCase): Promise<void> =>
    inTempFolder(async (folder) => {
      const path = join(folder, 'bus.db');
      const write = ({ type, kind, text }: { readonly type: string; readonly kind: string; readonly text: string }) =>
        // Waiting in SQLite would block the transaction that it waits for: it runs in the same process.
        eventually(() =>
          inFile(path, (client) => {
            const sql = 'INSERT INTO anywise_message (type, kind, envelope, published_at) VALUES (?, ?, ?, ?)';
            client.prepare(sql).run(type, kind, text, Date.now());
          }),
        );
      const forget = (consumer: string): Promise<void> =>
        eventually(() =>
          inFile(path, (client) => client.prepare('DELETE FROM anywise_consumer WHERE name = ?').run(consumer)),
        );
      await run({ connect: () => sqliteTransport({ path }), write, forget });
    });
  it.each(cases)('$behaviour', check, 30_000);
});
