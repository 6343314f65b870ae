// Measures every variant in a process of its own, in turns, and prints ratios in Markdown. See the README.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { URL, fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildCommit } from './commit.js';
import { before, caseNames, variants } from './variants.js';

/** @typedef {import('./variants.js').CaseName} CaseName */
/** @typedef {import('./variants.js').Variant} Variant */
/** @typedef {import('./subject.js').Took} Took */

const { values: options } = parseArgs({
  options: {
    before: { type: 'string' },
    only: { type: 'string' },
    case: { type: 'string' },
    passes: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '15' },
  },
});

/** How many messages a round has. @type {Readonly<Record<CaseName, number>>} */
const messages = { send: 100_000, durable: 2_000 };

const commit = options.before === undefined ? undefined : buildCommit(options.before);
const compared = [...variants, ...(commit === undefined ? [] : [before])].filter(
  ({ name }) => ['plain', 'context'].includes(name) || (options.only?.split(',').includes(name) ?? true),
);
const wanted = caseNames.filter((name) => options.case?.split(',').includes(name) ?? true);
/** The CPU time of a message in µs, in each round. @type {Map<string, number[]>} */
const costs = new Map();
/** The time that passed. @type {Map<string, number[]>} */
const times = new Map();
/** The ratio to the base in each pass: how far it can be trusted. @type {Map<string, number[]>} */
const ratios = new Map();

try {
  for (let pass = 1; pass <= Number(options.passes); pass++) {
    for (const name of wanted) {
      process.stderr.write(`pass ${pass} of ${options.passes}: ${name}\n`);
      await measure(name);
    }
  }
} finally {
  commit?.remove();
}
print();

/**
 * New processes for each pass: how the compiler lays out the code differs from one to the next. In each round each of them has
 * one turn, in random order.
 *
 * @param {CaseName} name
 */
async function measure(name) {
  const subjects = await Promise.all(compared.map(start));
  /** @type {Map<string, number[]>} */
  const rounds = new Map();
  for (const { run } of subjects) await run(name, messages[name]);
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const { variant, run } of shuffled(subjects)) {
      const { cpuMs, ms } = await run(name, messages[name]);
      keep(rounds, variant.name, (cpuMs * 1_000) / messages[name]);
      keep(times, `${name} ${variant.name}`, (ms * 1_000) / messages[name]);
    }
  }
  for (const { name: variant, base = 'plain' } of compared) {
    const found = rounds.get(variant) ?? [];
    for (const cost of found) keep(costs, `${name} ${variant}`, cost);
    keep(ratios, `${name} ${variant}`, Math.min(...found) / Math.min(...(rounds.get(base) ?? [])));
  }
  await Promise.all(subjects.map(({ end }) => end()));
}

/** @param {Variant} variant */
async function start(variant) {
  const script = fileURLToPath(new URL('subject.js', import.meta.url));
  const library = variant === before && commit !== undefined ? commit.library : import.meta.resolve('anywise');
  const child = fork(script, [variant.name, library]);
  await once(child, 'message');
  return {
    variant,
    /** @param {CaseName} name @param {number} count @returns {Promise<Took>} */
    async run(name, count) {
      child.send({ name, messages: count });
      const [took] = await once(child, 'message');
      return took;
    },
    async end() {
      child.send('end');
      await once(child, 'exit');
    },
  };
}

function print() {
  for (const name of wanted) {
    process.stdout.write(
      `\n${name}\n\n| variant | what | CPU, µs | time, µs | × | of the passes | limit |\n| --- | --- | --- | --- | --- | --- | --- |\n`,
    );
    for (const { name: variant, base = 'plain', what, limits } of compared) {
      const key = `${name} ${variant}`;
      const found = ratios.get(key) ?? [];
      const best = Math.min(...(costs.get(key) ?? []));
      const ratio = best / Math.min(...(costs.get(`${name} ${base}`) ?? []));
      const limit = limits?.[name];
      const verdict = limit === undefined ? '' : `≤ ${limit} ${ratio <= limit ? 'holds' : 'MISSED'}`;
      const cells = [
        variant,
        what,
        shown(best),
        shown(Math.min(...(times.get(key) ?? []))),
        `${ratio.toFixed(2)} ${base}`,
        `${Math.min(...found).toFixed(2)}–${Math.max(...found).toFixed(2)}`,
        verdict,
      ];
      process.stdout.write(`| ${cells.join(' | ')} |\n`);
    }
  }
}

/** @param {number} µs */
function shown(µs) {
  return µs < 10 ? µs.toFixed(3) : µs.toFixed(1);
}

/** @param {Map<string, number[]>} map @param {string} key @param {number} value */
function keep(map, key, value) {
  map.set(key, [...(map.get(key) ?? []), value]);
}

/** @template T @param {readonly T[]} values */
function shuffled(values) {
  return values
    .map((value) => ({ value, order: Math.random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ value }) => value);
}
