// One library in a process of its own: `one-library.js <library> <json>`. It does what it is told, and says what that took.
import process from 'node:process';
import { URL } from 'node:url';
import { logOf } from './anywise.js';
import { State, casesOf, fill } from './cases.js';
import { storeAt } from './places.js';

/** @typedef {import('./library-process.js').Setting} Setting */
/** @typedef {import('./library-process.js').Task} Task */

const library = /** @type {import('./library-process.js').Library} */ (process.argv[2]);
/** @type {Setting} */
const { place, size } = JSON.parse(process.argv[3] ?? '{}');
const isSqlite = place.file !== undefined;
const log = library === 'anywise' ? await openOurs() : await openEmmett();
const state = new State();

process.on('message', async (/** @type {Task} */ { name }) => {
  const known = casesOf(size).find((one) => one.name === name);
  process.send?.({ took: await known?.run(log, state) });
});
process.once('disconnect', () => process.exit());

// emmett's SQLite store takes one append at a time.
await fill(log, state, isSqlite ? 1 : size.writers);
process.send?.({});

async function openOurs() {
  const store = await storeAt(place, 'ours', size.writers);
  await store.check();
  return logOf(store);
}

async function openEmmett() {
  /** @type {{ emmettOnPostgres: (url: string, connections: number) => Promise<import('./anywise.js').Log>, emmettOnSqlite: (path: string) => Promise<import('./anywise.js').Log> }} */
  const emmett = await import(new URL('../peers/emmett.js', import.meta.url).href);
  return place.file === undefined
    ? emmett.emmettOnPostgres(place.url, size.writers)
    : emmett.emmettOnSqlite(place.file);
}
