import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { inTempFolder } from '../testing/temp-folder.js';
import { testEnvelope } from '../testing/envelopes.js';
import { defaultDriver, type SqliteClient } from './client.js';
import { logStatements } from './log.js';
import { sqliteTransport } from './transport.js';

const hourMs = 3_600_000;

interface World {
  readonly client: SqliteClient;
  /** Publishes messages that were published hours ago. */
  readonly publish: (hoursAgo: number, ...ids: readonly string[]) => Promise<void>;
  /** Puts a version of a service where it has read so many messages. */
  readonly put: (name: string, types: string, position: number, hoursAgo?: number) => void;
  /** Trims as after an hour for what is read, and a hundred for what is not, and gives what is left. */
  readonly trim: () => readonly string[];
}

async function inLog(work: (world: World) => Promise<void>): Promise<void> {
  await inTempFolder(async (folder) => {
    const path = join(folder, 'bus.db');
    const transport = sqliteTransport({ path });
    await transport.check();
    const client = (await defaultDriver())(path);
    const run = (sql: string, ...values: readonly (string | number)[]): unknown => client.prepare(sql).run(...values);
    const insert = 'INSERT INTO anywise_consumer (name, types, position, read_at) VALUES (?, ?, ?, ?)';
    try {
      await work({
        client,
        publish: async (hoursAgo, ...ids) => {
          for (const id of ids) {
            const kind = id.startsWith('command') ? 'command' : 'event';
            await transport.publish([testEnvelope({ id, kind })]);
            const age = `UPDATE anywise_message SET published_at = published_at - ? WHERE envelope ->> 'id' = ?`;
            run(age, hoursAgo * hourMs, id);
          }
        },
        put: (name, types, position, hoursAgo = 0) =>
          void run(insert, name, types, position, Date.now() - hoursAgo * hourMs),
        trim: () => {
          run(logStatements.trim, 100 * hourMs, hourMs);
          const rows = client.prepare(`SELECT envelope ->> 'id' AS id FROM anywise_message ORDER BY seq`).all();
          return (rows as readonly { readonly id: string }[]).map(({ id }) => id);
        },
      });
    } finally {
      client.close();
      await transport.close();
    }
  });
}

describe('the SQLite log', () => {
  it('deletes messages that every service has read early, commands and unread ones later', () =>
    inLog(async ({ publish, put, trim }) => {
      await publish(2, 'read-long-ago');
      await publish(0, 'read');
      await publish(2, 'command');
      await publish(200, 'unread-for-ever', 'command-for-ever');
      await publish(2, 'unread-long');
      put('reader', '["test.happened"]', 3);
      expect(trim()).toEqual(['read', 'command', 'unread-long']);
    }));

  it('keeps what the slowest service has not read', () =>
    inLog(async ({ publish, put, trim }) => {
      await publish(2, 'one', 'two', 'three');
      put('quick', '["test.happened"]', 3);
      put('slow', '["test.happened"]', 1);
      expect(trim()).toEqual(['two', 'three']);
    }));

  it('keeps nothing for a version that has stopped reading, once a later one has read it', () =>
    inLog(async ({ publish, put, trim }) => {
      await publish(2, 'one', 'two', 'three');
      put('service', '["test.happened"]', 1, 2);
      put('service', '["test.happened","test.new"]', 2);
      expect(trim()).toEqual(['three']);
    }));

  it('keeps what the only version of a service has not read, however long it has been away', () =>
    inLog(async ({ publish, put, trim }) => {
      await publish(2, 'one', 'two');
      put('away', '["test.happened"]', 1, 50);
      expect(trim()).toEqual(['two']);
    }));
});
