import { expect, it } from '@jest/globals';
import { testEnvelope } from '../testing/envelopes.js';
import { eventually } from '../testing/eventually.js';
import {
  describeWithPostgres,
  inTestSchemas,
  testPostgresUrl,
  withTestDatabase,
} from '../test-support/test-postgres.js';
import type { Transport } from '../core/ports/transport.js';
import { logLock, logStatements } from './log.js';
import { postgresTransport } from './transport.js';

const url = testPostgresUrl;

/** Runs work with several connections to one log, as of several processes. */
async function inLog<T>(
  count: number,
  work: (schema: string, first: Transport, ...others: Transport[]) => Promise<T>,
): Promise<T> {
  return inTestSchemas(async (schema) => {
    const connect = (): Transport => postgresTransport({ url, schema: schema('log') });
    const first = connect();
    const others = Array.from({ length: count - 1 }, connect);
    const transports = [first, ...others];
    try {
      await Promise.all(transports.map((transport) => transport.check()));
      return await work(schema('log'), first, ...others);
    } finally {
      await Promise.all(transports.map((transport) => transport.close()));
    }
  });
}

describeWithPostgres('the PostgreSQL log', () => {
  it('loses nothing where several processes publish while one reads', () =>
    inLog(5, async (_schema, reader, ...publishers) => {
      const read: string[] = [];
      const types = ['test.happened'];
      await reader.subscribe({ consumer: 'reader', types, onError: () => undefined }, async (batch) => {
        for (const delivery of batch) if ('envelope' in delivery) read.push(delivery.envelope.id);
      });
      const published: string[] = [];
      await Promise.all(
        publishers.map(async (publisher, index) => {
          for (let n = 0; n < 50; n++) {
            const ids = [`${index}-${n}-a`, `${index}-${n}-b`];
            await publisher.publish(ids.map((id) => testEnvelope({ id })));
            published.push(...ids);
          }
        }),
      );
      await eventually(() => expect(read).toHaveLength(published.length));
      expect([...read].sort()).toEqual([...published].sort());
      for (const index of publishers.keys()) {
        const own = (ids: readonly string[]) => ids.filter((id) => id.startsWith(`${index}-`));
        expect(own(read)).toEqual(own(published));
      }
    }));

  it('takes no number while another publisher has not committed', () =>
    inLog(1, async (schema, transport) =>
      withTestDatabase(async (database) => {
        const other = await database.begin('BEGIN');
        await other.query({ text: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))' }, logLock(schema));
        let done = false;
        const publishing = transport.publish([testEnvelope()]).then(() => (done = true));
        const waits = async () =>
          (
            await database.query(
              { text: `SELECT 1 FROM pg_stat_activity WHERE wait_event = 'advisory' AND query LIKE $1` },
              `%${schema}%`,
            )
          ).rows.length;
        await eventually(async () => expect(await waits()).toBe(1));
        const { rows } = await database.query<{ n: number }>({
          text: `SELECT nextval(pg_get_serial_sequence('"${schema}".anywise_message', 'seq')) AS n`,
        });
        expect({ done, next: rows[0]?.n }).toEqual({ done: false, next: 1 });
        await other.commit();
        await publishing;
      }),
    ));

  it('takes what is published at once in few statements, in order', () =>
    inLog(1, async (schema, transport) => {
      await Promise.all(Array.from({ length: 100 }, (_, n) => transport.publish([testEnvelope({ id: `m${n}` })])));
      await withTestDatabase(async (database) => {
        const { rows } = await database.query<{ ids: readonly string[]; statements: number }>({
          text: `
            SELECT array_agg(envelope::json ->> 'id' ORDER BY seq) AS ids, count(DISTINCT xmin::text) AS statements
            FROM "${schema}".anywise_message`,
        });
        expect(rows[0]?.ids).toEqual(Array.from({ length: 100 }, (_, n) => `m${n}`));
        expect(rows[0]?.statements).toBe(2);
      });
    }));

  it('deletes messages that every service has read early, commands and unread ones later', () =>
    inLog(1, async (schema, transport) => {
      const subscription = await transport.subscribe(
        { consumer: 'reader', types: ['test.happened'], onError: () => undefined },
        async () => undefined,
      );
      await transport.publish(['read-long-ago', 'read'].map((id) => testEnvelope({ id })));
      await transport.publish([testEnvelope({ id: 'command', kind: 'command' })]);
      await withTestDatabase(async (database) => {
        const log = `"${schema}".anywise_message`;
        const position = { text: `SELECT position FROM "${schema}".anywise_consumer` };
        await eventually(async () => expect((await database.query(position)).rows).toEqual([{ position: 3 }]));
        await subscription.close();
        await transport.publish(['unread-for-ever', 'unread-long', 'unread'].map((id) => testEnvelope({ id })));
        const age = `UPDATE ${log} SET published_at = published_at - $2 WHERE envelope::json ->> 'id' = $1`;
        const hourMs = 3_600_000;
        for (const [id, hours] of Object.entries({
          'read-long-ago': 2,
          command: 2,
          'unread-for-ever': 200,
          'unread-long': 2,
        })) {
          await database.query({ text: age }, id, hours * hourMs);
        }
        await database.query(logStatements(`"${schema}"`).trim, 100 * hourMs, hourMs);
        const left = await database.query<{ id: string }>({
          text: `SELECT envelope::json ->> 'id' AS id FROM ${log} ORDER BY seq`,
        });
        expect(left.rows.map(({ id }) => id)).toEqual(['read', 'command', 'unread-long', 'unread']);
      });
    }));

  it.each([
    {
      what: 'keeps what the slowest service has not read',
      read: [
        ['quick', 'a', 3, 0],
        ['slow', 'a', 1, 0],
      ],
      left: ['m1', 'm2'],
    },
    {
      what: 'keeps nothing for a version that has stopped reading, once a later one has read it',
      read: [
        ['service', 'a', 1, 2],
        ['service', 'b', 2, 0],
      ],
      left: ['m2'],
    },
    {
      what: 'keeps what the only version of a service has not read, however long it has been away',
      read: [['away', 'a', 1, 50]],
      left: ['m1', 'm2'],
    },
  ])('$what', ({ read, left }) =>
    inLog(1, async (schema, transport) => {
      await transport.publish(['m0', 'm1', 'm2'].map((id) => testEnvelope({ id })));
      await withTestDatabase(async (database) => {
        const hourMs = 3_600_000;
        const log = `"${schema}".anywise_message`;
        await database.query({ text: `UPDATE ${log} SET published_at = published_at - $1` }, 2 * hourMs);
        for (const [name, types, position, hoursAgo] of read) {
          const consumer = `INSERT INTO "${schema}".anywise_consumer (name, types, position, read_at) VALUES ($1, $2, $3, $4)`;
          await database.query({ text: consumer }, name, types, position, Date.now() - Number(hoursAgo) * hourMs);
        }
        await database.query(logStatements(`"${schema}"`).trim, 100 * hourMs, hourMs);
        const { rows } = await database.query<{ id: string }>({
          text: `SELECT envelope::json ->> 'id' AS id FROM ${log} ORDER BY seq`,
        });
        expect(rows.map(({ id }) => id)).toEqual(left);
      });
    }),
  );
});
