// As much of the package sqlite3 as emmett uses, over the driver of this library.
import { DatabaseSync } from '@photostructure/sqlite';

class Database {
  #database;
  #statements = new Map();

  constructor(file) {
    this.#database = new DatabaseSync(file);
    this.#database.exec('PRAGMA synchronous = normal');
  }

  run(sql, ...rest) {
    if (!/PRAGMA/i.test(sql)) return this.#call('run', sql, rest);
    this.#database.exec(sql);
    return this;
  }

  all(sql, ...rest) {
    return this.#call('all', sql, rest);
  }

  get(sql, ...rest) {
    return this.#call('get', sql, rest);
  }

  close(done) {
    this.#database.close();
    done?.(null);
  }

  #call(kind, sql, rest) {
    const done = rest.find((each) => typeof each === 'function');
    const values = rest.find(Array.isArray) ?? [];
    let result;
    let error = null;
    try {
      result = this.#prepared(sql)[kind](...values.map(storable)) ?? undefined;
    } catch (thrown) {
      error = thrown;
    }
    globalThis.queueMicrotask(() =>
      done?.call({ changes: result?.changes, lastID: result?.lastInsertRowid }, error, result),
    );
    return this;
  }

  #prepared(sql) {
    const known = this.#statements.get(sql) ?? this.#database.prepare(sql);
    this.#statements.set(sql, known);
    return known;
  }
}

function storable(value) {
  if (typeof value === 'boolean') return Number(value);
  if (value === undefined) return null;
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}

const sqlite3 = { Database, OPEN_URI: 64, OPEN_READWRITE: 2, OPEN_CREATE: 4, verbose: () => sqlite3 };
export default sqlite3;
export { Database };
