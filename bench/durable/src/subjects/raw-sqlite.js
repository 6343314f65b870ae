// The floor for SQLite: a log that one process writes and another reads, without any library. What waits at once shares one
// commit, a bell file tells the reader, and the reader moves a cursor.
import { closeSync, openSync, watch, writeSync } from 'node:fs';
import process from 'node:process';
import { clearTimeout, setTimeout } from 'node:timers';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';

/** @typedef {import('../message.js').Message} Message */
/** @typedef {InstanceType<Awaited<ReturnType<typeof driver>>['DatabaseSync']>} Database */

const pollMs = 20;

/** @type {import('../subject.js').Subject} */
export default {
  async prepare(url) {
    const database = await open(url);
    database.exec(`
      CREATE TABLE message (id INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL) STRICT;
      CREATE TABLE cursor (position INTEGER NOT NULL) STRICT;
      INSERT INTO cursor VALUES (0)`);
    database.close();
    closeSync(openSync(bellOf(url), 'a'));
  },

  async publisher(url) {
    const database = await open(url);
    const bell = openSync(bellOf(url), 'r+');
    const insert = database.prepare('INSERT INTO message (body) VALUES (?)');
    /** @type {{ body: string, resolve: (value?: unknown) => void }[]} */
    let waiting = [];
    let isWriting = false;
    const write = async () => {
      isWriting = true;
      // What comes in this tick goes together.
      await undefined;
      while (waiting.length > 0) {
        const batch = waiting;
        waiting = [];
        await transaction(database, () => {
          for (const { body } of batch) insert.run(body);
        });
        writeSync(bell, '.', 0);
        for (const { resolve } of batch) resolve();
        await setImmediate();
      }
      isWriting = false;
    };
    return {
      publish: (message) =>
        new Promise((resolve) => {
          waiting.push({ body: JSON.stringify(message), resolve });
          if (!isWriting) void write();
        }),
      async close() {
        closeSync(bell);
        database.close();
      },
    };
  },

  async consumer(url, arrivals) {
    const database = await open(url);
    const next = database.prepare('SELECT id, body FROM message WHERE id > ? ORDER BY id LIMIT 500');
    const move = database.prepare('UPDATE cursor SET position = ?');
    let isOpen = true;
    let wake = () => void 0;
    const watcher = watch(bellOf(url), () => wake());
    const read = async () => {
      for (let position = 0; isOpen;) {
        const rows = /** @type {{ id: number, body: string }[]} */ (next.all(position));
        const last = rows.at(-1);
        if (last === undefined) {
          await new Promise((resolve) => {
            const timer = setTimeout(resolve, pollMs);
            wake = () => {
              clearTimeout(timer);
              resolve(undefined);
            };
          });
          continue;
        }
        for (const { body } of rows) arrivals.arrived(JSON.parse(body));
        position = last.id;
        await transaction(database, () => move.run(position));
        for (const _ of rows) arrivals.done();
        await setImmediate();
      }
    };
    const reading = read();
    return {
      async close() {
        isOpen = false;
        watcher.close();
        wake();
        await reading;
        database.close();
      },
    };
  },
};

/** @param {string} url */
async function open(url) {
  const { DatabaseSync } = await driver();
  const database = new DatabaseSync(`${folderOf(url)}/raw.db`);
  database.exec('PRAGMA journal_mode = WAL');
  database.exec('PRAGMA synchronous = NORMAL');
  database.exec('PRAGMA busy_timeout = 0');
  return database;
}

/** The same library as the transport would take, or the comparison would be one of libraries. */
async function driver() {
  const builtIn = /** @type {typeof import('@photostructure/sqlite') | undefined} */ (
    /** @type {unknown} */ (process.getBuiltinModule('node:sqlite'))
  );
  const [major = 0, minor = 0, patch = 0] = (process.versions.sqlite ?? '0').split('.').map(Number);
  const isSafe = major * 1e6 + minor * 1e3 + patch >= 3_051_003;
  return builtIn !== undefined && isSafe ? builtIn : import('@photostructure/sqlite');
}

/**
 * @param {Database} database
 * @param {() => void} work
 */
async function transaction(database, work) {
  for (;;) {
    try {
      database.exec('BEGIN IMMEDIATE');
    } catch (error) {
      if (!/locked|busy/i.test(String(error))) throw error;
      await sleep(0.2 + Math.random());
      continue;
    }
    work();
    database.exec('COMMIT');
    return;
  }
}

/** @param {string} url */
function folderOf(url) {
  return url.slice('sqlite:'.length);
}

/** @param {string} url */
function bellOf(url) {
  return `${folderOf(url)}/bell`;
}
