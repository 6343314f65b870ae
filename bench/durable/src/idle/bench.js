// Measures what two services cost that have nothing to do, and prints a table in Markdown. See the README.
import { fork } from 'node:child_process';
import console from 'node:console';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { URL, fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { hasPeers, installPeers } from '../peers.js';
import { makePlace, whyNotReachable } from '../places.js';

/** @typedef {import('node:child_process').ChildProcess} Child */

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: 'sqlite,postgres' },
    seconds: { type: 'string', default: '60' },
    postgres: { type: 'string', default: 'postgres://postgres@127.0.0.1:5432/test' },
  },
});
const addresses = { postgres: options.postgres, redis: '', nats: '', rabbitmq: '' };
const seconds = Number(options.seconds);
/** Long enough for what a start leaves behind: compiling, and connections that are closed when they have rested. */
const settleMs = 20_000;
const services = ['first', 'second'];
const script = fileURLToPath(new URL('service.js', import.meta.url));

if (!hasPeers()) installPeers();
console.log(`| two idle services | statements/s | connections | their CPU, % of a core | the server's |`);
console.log('| --- | ---: | ---: | ---: | ---: |');
for (const server of options.only.split(',')) {
  const kind = /** @type {import('../places.js').Server} */ (server);
  const reason = await whyNotReachable(kind, addresses);
  if (reason === undefined) await measure(kind);
  else console.log(`| ${server}: left out, because ${reason} | | | | |`);
}

/** @param {import('../places.js').Server} server */
async function measure(server) {
  const place = await makePlace(server, addresses);
  const children = services.map((name) => fork(script, [name, place.url]));
  try {
    await Promise.all(children.map((child) => once(child, 'message')));
    await sleep(settleMs);
    const pids = children.map(({ pid }) => Number(pid));
    const backends = await backendsOf(server, place.url);
    const sent = await sentBy(children);
    const [own, theirs] = [timesOf(pids), timesOf(backends)];
    await sleep(seconds * 1_000);
    const perSecond = ((await sentBy(children)) - sent) / seconds;
    const used = [usedSince(own), usedSince(theirs)].map((each) => ((100 * each) / seconds).toFixed(2));
    console.log(`| ${server} | ${perSecond.toFixed(1)} | ${backends.length} | ${used.join(' | ')} |`);
  } finally {
    for (const child of children) child.send('stop');
    await Promise.all(children.map((child) => once(child, 'exit')));
    await place.remove();
  }
}

/** How many statements they have sent so far. @param {readonly Child[]} children */
async function sentBy(children) {
  const counts = children.map(async (child) => {
    child.send('count');
    const [{ statements }] = await once(child, 'message');
    return Number(statements);
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

/**
 * The server's processes for their connections.
 *
 * @param {import('../places.js').Server} server
 * @param {string} url
 */
async function backendsOf(server, url) {
  if (server !== 'postgres') return [];
  const { query } = await import(new URL('../../peers/subjects/raw-postgres.js', import.meta.url).href);
  const text = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`;
  /** @type {{ rows: { pid: number }[] }} */
  const { rows } = await query(url, text);
  return rows.map(({ pid }) => pid);
}

/**
 * The processor time that processes of this machine have had, in seconds.
 *
 * @param {readonly number[]} pids
 */
function timesOf(pids) {
  return new Map(pids.map((pid) => [pid, timeOf(pid)]));
}

/** How much they have had since then. A connection that has ended meanwhile does not count. @param {Map<number, number | undefined>} before */
function usedSince(before) {
  return [...before].reduce((sum, [pid, time]) => sum + ((timeOf(pid) ?? time ?? 0) - (time ?? 0)), 0);
}

/** All of its threads together. @param {number} pid */
function timeOf(pid) {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    const times = threads.map((thread) => readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
    return times.reduce((sum, nanoseconds) => sum + Number(nanoseconds), 0) / 1e9;
  } catch {
    return undefined;
  }
}
