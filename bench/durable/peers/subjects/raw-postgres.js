// The floor for PostgreSQL: a table as a queue, without any library but the client. NOTIFY wakes the reader, which takes up to
// 500 rows with one DELETE that skips what is locked.
import { clearTimeout, setTimeout } from 'node:timers';
import { Client, Pool } from 'pg';

const pollMs = 500;
const poolSize = 16;

/** One INSERT and one commit for each message. @type {import('../../src/subject.js').Subject} */
export const row = {
  prepare,
  consumer,
  async publisher(url) {
    const pool = new Pool({ connectionString: url, max: poolSize });
    const text = `WITH inserted AS (INSERT INTO message (body) VALUES ($1)) SELECT pg_notify('message', '')`;
    return {
      publish: (message) => pool.query({ name: 'publish', text, values: [JSON.stringify(message)] }),
      close: () => pool.end(),
    };
  },
};

/** What waits at once goes in one INSERT. @type {import('../../src/subject.js').Subject} */
export const batch = {
  prepare,
  consumer,
  async publisher(url) {
    const client = new Client({ connectionString: url });
    await client.connect();
    const text = `WITH inserted AS (INSERT INTO message (body) SELECT unnest($1::text[])) SELECT pg_notify('message', '')`;
    let waiting = [];
    let isWriting = false;
    const write = async () => {
      isWriting = true;
      // What comes in this tick goes together.
      await undefined;
      while (waiting.length > 0) {
        const batch = waiting;
        waiting = [];
        try {
          await client.query({ name: 'publish', text, values: [batch.map(({ body }) => body)] });
          for (const { resolve } of batch) resolve();
        } catch (error) {
          for (const { reject } of batch) reject(error);
        }
      }
      isWriting = false;
    };
    return {
      publish: (message) =>
        new Promise((resolve, reject) => {
          waiting.push({ body: JSON.stringify(message), resolve, reject });
          if (!isWriting) void write();
        }),
      close: () => client.end(),
    };
  },
};

async function prepare(url) {
  await query(url, 'CREATE TABLE message (id bigserial PRIMARY KEY, body text NOT NULL)');
}

/** Runs one statement on a connection of its own. */
export async function query(url, sql) {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query(sql);
  } finally {
    await client.end();
  }
}

async function consumer(url, arrivals) {
  const [taker, hearer] = [new Client({ connectionString: url }), new Client({ connectionString: url })];
  await Promise.all([taker.connect(), hearer.connect()]);
  const text = `
    DELETE FROM message WHERE id IN (SELECT id FROM message ORDER BY id FOR UPDATE SKIP LOCKED LIMIT 500)
    RETURNING body`;
  let isOpen = true;
  let wasCalled = false;
  let wake = () => void 0;
  hearer.on('notification', () => {
    wasCalled = true;
    wake();
  });
  await hearer.query('LISTEN message');
  const read = async () => {
    while (isOpen) {
      wasCalled = false;
      const { rows } = await taker.query({ name: 'take', text });
      for (const { body } of rows) {
        arrivals.arrived(JSON.parse(body));
        arrivals.done();
      }
      if (rows.length > 0 || wasCalled) continue;
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, pollMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };
  const reading = read();
  return {
    async close() {
      isOpen = false;
      wake();
      await reading;
      await Promise.all([taker.end(), hearer.end()]);
    },
  };
}
