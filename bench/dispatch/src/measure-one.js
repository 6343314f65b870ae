// Measures one adapter beside the bare calls, and prints what it found as JSON. `--check` stops before anything is timed.
import { parseArgs } from 'node:util';
import { adapters } from './adapters.js';
import { cases } from './cases.js';
import baseline from './adapters/baseline.js';
import { measure } from './measure.js';
import { verify } from './verify.js';

/** @typedef {import('./cases.js').Way} Way */

/**
 * A way as one process saw it. `base` is the bare call's timing in that same process.
 *
 * @typedef {Pick<Way, 'name' | 'note'> & { timing: import('./measure.js').Timing, base: import('./measure.js').Timing }} Row
 */

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    check: { type: 'boolean', default: false },
    case: { type: 'string', multiple: true, default: cases.map(({ key }) => key) },
    rounds: { type: 'string', default: '7' },
    ms: { type: 'string', default: '40' },
  },
});

const [name = ''] = positionals;
const file = adapters.get(name);
if (file === undefined) throw new Error(`There is no adapter \`${name}\`. There are: ${[...adapters.keys()].join(', ')}.`);
const { default: load } = await import(file.href);
/** @type {import('./cases.js').Adapter} */
const adapter = await load();
await verify(adapter);
if (!options.check) process.stdout.write(JSON.stringify(await measureAll()));
// Some libraries keep timers.
process.exit();

async function measureAll() {
  const bare = await baseline();
  /** @type {Record<string, Row[]>} */
  const rows = {};
  for (const { key } of cases) {
    const ways = adapter[key] ?? [];
    if (ways.length > 0 && options.case.includes(key)) rows[key] = await measureCase(ways, bare[key] ?? []);
  }
  return rows;
}

/**
 * @param {readonly Way[]} ways
 * @param {readonly Way[]} bare
 * @returns {Promise<Row[]>}
 */
async function measureCase(ways, bare) {
  const bases = bare.filter(({ isBase }) => isBase);
  const all = [...bases, ...ways.filter(({ isBase }) => !isBase)];
  const [base, ...timings] = await measure(all, { rounds: Number(options.rounds), roundMs: Number(options.ms) });
  if (base === undefined) throw new Error('A case needs a bare call to be compared with.');
  const rows = timings.map((timing, index) => ({ ...all[index + 1], timing, base }));
  const isBaseline = ways.some(({ isBase }) => isBase);
  return (isBaseline ? [{ ...all[0], timing: base, base }, ...rows] : rows).map(({ name = '', note, timing, base }) => ({
    name,
    ...(note === undefined ? {} : { note }),
    timing,
    base,
  }));
}
