// Measures one adapter beside the bare calls, and prints what it found as JSON. `--check` stops before anything is timed.
import process from 'node:process';
import { parseArgs } from 'node:util';
import { adapters } from './adapters.js';
import baseline from './adapters/baseline.js';
import { cases } from './cases.js';
import { measure } from './measure.js';
import { verify } from './verify.js';

/**
 * What one process found of a case: the bare call first.
 *
 * @typedef {Pick<import('./cases.js').Way, 'name' | 'note'> & import('./measure.js').Timing} Row
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
if (file === undefined)
  throw new Error(`There is no adapter \`${name}\`. There are: ${[...adapters.keys()].join(', ')}.`);
/** @type {import('./cases.js').Adapter} */
const adapter = await (await import(file.href)).default();
await verify(adapter);
const found = options.check ? {} : await measureCases(await baseline());
// Some libraries keep timers, which would keep the process.
process.stdout.write(JSON.stringify(found), () => process.exit());

/** @param {import('./cases.js').Adapter} bare */
async function measureCases(bare) {
  /** @type {Record<string, Row[]>} */
  const rows = {};
  for (const key of cases.map(({ key }) => key).filter((key) => options.case.includes(key))) {
    const own = adapter[key] ?? [];
    const others = own.filter(({ isBase }) => !isBase);
    if (others.length === 0) continue;
    const base = [...own, ...(bare[key] ?? [])].filter(({ isBase }) => isBase).slice(0, 1);
    const ways = [...base, ...others];
    const timings = await measure(ways, { rounds: Number(options.rounds), roundMs: Number(options.ms) });
    rows[key] = ways.flatMap(({ name, note }, index) => ({ name, note, .../** @type {*} */ (timings[index]) }));
  }
  return rows;
}
