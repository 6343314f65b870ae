// Measures every adapter in a process of its own, in turns, and prints tables in Markdown. See the README.
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { URL, fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { adapters, hasPeers, installPeers, isPeer } from './adapters.js';
import { cases } from './cases.js';
import { machine } from './machine.js';
import { print } from './report.js';
import { Summary } from './summary.js';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    case: { type: 'string' },
    passes: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '7' },
    ms: { type: 'string', default: '40' },
    json: { type: 'string' },
  },
});

const names = chosen('only', options.only, [...adapters.keys()]);
const keys = chosen(
  'case',
  options.case,
  cases.map(({ key }) => key),
);
if (names.some(isPeer) && !hasPeers()) installPeers();

const summary = new Summary();
for (let pass = 1; pass <= Number(options.passes); pass++) {
  for (const name of names) {
    process.stderr.write(`pass ${pass} of ${options.passes}: ${name}\n`);
    summary.add(await measureInProcess(name));
  }
}
const report = { ...machine(), passes: Number(options.passes), cases: summary.cases() };
print(report);
if (options.json !== undefined) writeFileSync(options.json, JSON.stringify(report, undefined, 2));

/**
 * A process for each adapter, because some libraries make everything else in theirs slower, or have state for all of it.
 *
 * @param {string} name
 * @returns {Promise<Record<string, import('./measure-one.js').Row[]>>}
 */
async function measureInProcess(name) {
  const script = fileURLToPath(new URL('measure-one.js', import.meta.url));
  const args = ['--expose-gc', script, name, '--rounds', options.rounds, '--ms', options.ms];
  const { stdout } = await promisify(execFile)(process.execPath, [...args, ...keys.flatMap((key) => ['--case', key])]);
  return JSON.parse(stdout);
}

/**
 * @template {string} T
 * @param {string} option
 * @param {string | undefined} list
 * @param {readonly T[]} known
 */
function chosen(option, list, known) {
  const wanted = list?.split(',') ?? known;
  const unknown = wanted.filter((name) => !known.some((each) => each === name));
  if (unknown.length > 0) {
    throw new Error(`--${option} does not know ${unknown.join(', ')}. It knows ${known.join(', ')}.`);
  }
  return known.filter((name) => wanted.includes(name));
}
