// Measures rounds with and without an open dashboard in turns, in one process of the service. See the README.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { clearInterval, setInterval } from 'node:timers';
import { URL, fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** @typedef {{ readonly handled: number, readonly cpuMs: number, readonly ms: number, readonly looks: number }} Took */
/** @typedef {{ readonly open: Took, readonly closed: Took }} Pair */

const { values: options } = parseArgs({
  options: {
    postgres: { type: 'string' },
    rows: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '10' },
    ms: { type: 'string', default: '5000' },
    path: { type: 'string', default: '/' },
  },
});
const lookEveryMs = 1_000;
/** What the open page says of itself. @type {Record<string, string>} */
let shown = {};
/** The most of its throughput that a service may lose. */
const leastRatio = 0.95;

const service = fork(fileURLToPath(new URL('service.js', import.meta.url)), [
  options.rows,
  ...(options.postgres === undefined ? [] : [options.postgres]),
]);
const [url] = await once(service, 'message');
await run(false);
await run(true);
/** @type {Pair[]} */
const pairs = [];
for (let round = 1; round <= Number(options.rounds); round++) {
  process.stderr.write(`pair ${round} of ${options.rounds}\n`);
  const openFirst = Math.random() < 0.5;
  const first = await run(openFirst);
  const second = await run(!openFirst);
  pairs.push(openFirst ? { open: first, closed: second } : { open: second, closed: first });
}
service.send('end');
await once(service, 'exit');
print();

/** @param {boolean} isOpen @returns {Promise<Took>} */
async function run(isOpen) {
  let looks = 0;
  const looking = isOpen ? setInterval(() => void look().then(() => looks++), lookEveryMs) : undefined;
  service.send(Number(options.ms));
  const [took] = await once(service, 'message');
  clearInterval(looking);
  return { ...took, looks };
}

/** As a page asks that refreshes itself: it says what it shows. */
async function look() {
  const response = await globalThis.fetch(new URL(options.path, url), { headers: shown });
  if (!response.ok) throw new Error(`The dashboard answered ${response.status}: ${await response.text()}`);
  const [, sent] = /hx-headers="([^"]*)"/.exec(await response.text()) ?? [];
  if (sent !== undefined) shown = JSON.parse(sent.replaceAll('&quot;', '"'));
}

function print() {
  const rate = (/** @type {Took} */ { handled, ms }) => (handled * 1_000) / ms;
  const cost = (/** @type {Took} */ { handled, cpuMs }) => (cpuMs * 1_000) / handled;
  const [open, closed] = [pairs.map((pair) => pair.open), pairs.map((pair) => pair.closed)];
  const throughput = median(pairs.map((pair) => rate(pair.open) / rate(pair.closed)));
  const cpu = median(pairs.map((pair) => cost(pair.open) / cost(pair.closed)));
  // What is left of the CPU time of a round once its messages have had theirs.
  const closedCost = median(closed.map(cost));
  const look = median(open.map((took) => (took.cpuMs - (took.handled * closedCost) / 1_000) / took.looks));
  const verdict = throughput >= leastRatio ? 'holds' : 'MISSED';
  process.stdout.write(
    `| dashboard | messages a second | CPU of a message, µs |
| --- | --- | --- |
| closed | ${median(closed.map(rate)).toFixed(0)} | ${median(closed.map(cost)).toFixed(0)} |
| open | ${median(open.map(rate)).toFixed(0)} | ${median(open.map(cost)).toFixed(0)} |
| open / closed | ${throughput.toFixed(3)} (≥ ${leastRatio} ${verdict}) | ${cpu.toFixed(3)} |

One look takes ${look.toFixed(0)} ms of CPU: ${(look / (lookEveryMs / 100)).toFixed(1)} % of a core that the service has for itself.
`,
  );
}

/** @param {readonly number[]} values */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}
