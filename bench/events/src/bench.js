// Measures this library and emmett in turns, each in a process of its own, on one database. See the README.
import process from 'node:process';
import { URL } from 'node:url';
import { parseArgs } from 'node:util';
import { connectStore } from 'anywise/connect';
import { casesOf } from './cases.js';
import { LibraryProcess } from './library-process.js';
import { installPeers } from './peers.js';
import { postgresPlace, sqlitePlace } from './places.js';
import { measureRebuild, migrations } from './rebuild.js';

const { values: options } = parseArgs({
  options: {
    postgres: { type: 'string', default: 'postgres://postgres@127.0.0.1:5432/test' },
    only: { type: 'string', default: 'sqlite,postgres' },
    rounds: { type: 'string', default: '9' },
    appends: { type: 'string', default: '100' },
    loads: { type: 'string', default: '100' },
    events: { type: 'string', default: '20000' },
  },
});
const writers = 6;
const rounds = Number(options.rounds);
const size = { appends: Number(options.appends), loads: Number(options.loads), writers };
/** A round on SQLite lasts several checkpoints, of either library: they take as long as hundreds of appends. */
const moreOnSqlite = 40;
/** How much faster this library has to be, by place and case. @type {Record<string, number>} */
const targets = {
  'SQLite append, alone': 3,
  'PostgreSQL append, alone': 1.3,
  'PostgreSQL append, 6 writers': 1,
  'PostgreSQL, asynchronous append, alone': 1.8,
  'PostgreSQL, asynchronous append, 6 writers': 1.8,
  'PostgreSQL load 100 events, alone': 3,
  'SQLite load 100 events, alone': 3,
  'SQLite rebuild, by the feed and through the inbox': 10,
  'PostgreSQL rebuild, by the feed and through the inbox': 10,
};

installPeers();
const peers = new URL('../peers/', import.meta.url);
/** @type {(url: string, sql: string) => Promise<void>} */
const execute = async (url, sql) => (await import(new URL('execute.js', peers).href)).execute(url, sql);

print('| | anywise, a second | the other | ratio | target | CPU of one, µs | of the other | ratio |');
print('| --- | ---: | ---: | ---: | --- | ---: | ---: | ---: |');
for (const kind of options.only.split(',')) {
  const place =
    kind === 'sqlite' ? sqlitePlace() : await postgresPlace(options.postgres, execute, { waitsForDisk: true });
  try {
    await measureLogs(place, () => true);
    if (kind !== 'sqlite') await measureAsynchronous();
    const store = await connectStore(place.url, { name: 'rebuilt', migrations });
    const pairs = await measureRebuild(store, { events: Number(options.events), rounds: Math.ceil(rounds / 3) });
    report(
      `${place.name} rebuild, by the feed and through the inbox`,
      pairs.map(({ feed }) => feed),
      pairs.map(({ inbox }) => inbox),
    );
  } finally {
    await place.remove();
  }
}
process.exit(0);

/** What appends take where the disk is not waited for, as on SQLite. */
async function measureAsynchronous() {
  const place = await postgresPlace(options.postgres, execute, { waitsForDisk: false });
  try {
    await measureLogs(place, (name) => name.startsWith('append'));
  } finally {
    await place.remove();
  }
}

/** @param {import('./places.js').Place} place @param {(name: string) => boolean} isWanted of the names of cases */
async function measureLogs(place, isWanted) {
  const isSqlite = place.file !== undefined;
  const setting = { place, size: isSqlite ? { ...size, appends: size.appends * moreOnSqlite } : size };
  const subjects = [await LibraryProcess.start('anywise', setting), await LibraryProcess.start('emmett', setting)];
  for (const { name } of casesOf(size)) {
    if (!isWanted(name) || (isSqlite && name.includes('writers'))) continue;
    // Code runs several times slower at first.
    for (const subject of subjects) await subject.run(name);
    /** @type {import('./took.js').Took[][]} */
    const rates = [[], []];
    for (let round = 0; round < rounds; round++) {
      for (const which of Math.random() < 0.5 ? [0, 1] : [1, 0]) {
        const subject = subjects[which];
        if (subject !== undefined) rates[which]?.push(await subject.run(name));
      }
    }
    report(`${place.name} ${name}`, rates[0] ?? [], rates[1] ?? []);
  }
  for (const subject of subjects) await subject.close();
}

/** @typedef {import('./took.js').Took} Took */

/** @param {string} name @param {readonly Took[]} ours @param {readonly Took[]} theirs of the same rounds */
function report(name, ours, theirs) {
  const ratio = median(ours.map(({ rate }, round) => rate / (theirs[round]?.rate ?? NaN)));
  const cpuRatio = median(ours.map(({ cpuUs }, round) => (theirs[round]?.cpuUs ?? NaN) / cpuUs));
  const target = targets[name];
  const verdict = target === undefined ? '' : `≥ ${target} ${ratio >= target ? 'holds' : 'MISSED'}`;
  const rates = [ours, theirs].map((took) => median(took.map(({ rate }) => rate)).toFixed(0));
  const cpu = [ours, theirs].map((took) => median(took.map(({ cpuUs }) => cpuUs)).toFixed(0));
  print(`| ${[name, ...rates, ratio.toFixed(2), verdict, ...cpu, cpuRatio.toFixed(2)].join(' | ')} |`);
}

/** @param {readonly number[]} values */
function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

/** @param {string} line */
function print(line) {
  process.stdout.write(`${line}\n`);
}
