import type { InboxRow, ProcessRow } from 'anywise';
import { isAlive } from 'anywise/kit';
import { hasListener } from '../data/processes.js';
import { duration } from '../ui/time.js';
import { firstLine, many, manyCounted } from '../ui/words.js';
import type { Rule } from './problem.js';

const saturatedMs = 60_000;
const worryingAttempts = 3;
const newerVersion = /\bwaits for a (?:newer )?version of this service\b/;

/** A listener that works without a pause, and still does not keep up. */
export const busyListener: Rule = ({ service, held, counts: { at, inbox } }) =>
  inbox.listeners
    .filter(({ listener, running, waiting, oldestMs }) => {
      return running.count > 0 && waiting.count > running.count && oldestMs > saturatedMs && !held.has(listener);
    })
    .map(({ listener, running, waiting, oldestMs }) => ({
      rule: 'busy-listener',
      severity: 'warn',
      service,
      title: `${listener} does not keep up: ${manyCounted(waiting, 'message')} ${waiting.count === 1 ? 'waits' : 'wait'}`,
      since: at - oldestMs,
      why: `${manyCounted(running, 'message')} in hand, and the oldest has waited for ${duration(oldestMs)}.`,
      safe: 'Nothing is lost. More processes of this service, or more `concurrency`, help if it waits for others.',
      links: [{ label: 'Look at what waits', path: '/waiting', query: { service, listener } }],
    }));

/** A listener whose messages no process takes, although they are due. */
export const unclaimed: Rule = ({ service, held, retrying, processes, counts: { at, inbox } }) =>
  inbox.listeners
    .filter(({ listener, running, waiting, oldestMs }) => {
      const isHeld = held.has(listener) || retrying.some((row) => row.listener === listener);
      return waiting.count > 0 && running.count === 0 && oldestMs > saturatedMs && !isHeld;
    })
    .map(({ listener, waiting, oldestMs }) => ({
      rule: 'unclaimed',
      severity: 'bad',
      service,
      title: `No process handles ${listener}: ${manyCounted(waiting, 'message')} ${waiting.count === 1 ? 'waits' : 'wait'}`,
      since: at - oldestMs,
      why: whyUnclaimed(
        listener,
        processes?.filter((row) => isAlive(row, at)),
      ),
      safe: 'They are committed and wait until a process with this listener starts.',
      links: [{ label: 'Look at what waits', path: '/waiting', query: { service, listener } }],
    }));

/** A listener that fails again and again, but has not given up. */
export const retrying: Rule = (snapshot) =>
  byListener(snapshot.retrying.filter((row) => !isForNewerVersion(row) && row.attempts >= worryingAttempts)).map(
    ([listener, rows]) => {
      const next = Math.min(...rows.map(({ at }) => at));
      const inMs = next - snapshot.counts.at;
      return {
        rule: 'retrying',
        severity: 'warn',
        service: snapshot.service,
        title: `${listener} keeps failing on ${many(rows.length, 'message')}`,
        since: Math.min(...rows.map(({ receivedAt }) => receivedAt)),
        why: `“${firstLine(rows[0]?.error ?? '')}” — ${many(Math.max(...rows.map(({ attempts }) => attempts)), 'attempt')} so far, the next ${inMs > 0 ? `in ${duration(inMs)}` : 'is due'}.`,
        safe: 'It retries by itself. What failed attempts wrote to the database was rolled back.',
        links: [
          {
            label: 'Look at what waits',
            path: '/waiting',
            query: { service: snapshot.service, listener },
          },
        ],
      };
    },
  );

/** Messages that only a version of the service which is not running yet can read. */
export const newerVersions: Rule = (snapshot) =>
  byListener(snapshot.retrying.filter(isForNewerVersion)).map(([listener, rows]) => ({
    rule: 'newer-version',
    severity: 'warn',
    service: snapshot.service,
    title: `${many(rows.length, 'message')} for ${listener} ${rows.length === 1 ? 'waits' : 'wait'} for a newer version of ${snapshot.service}`,
    since: Math.min(...rows.map(({ receivedAt }) => receivedAt)),
    why: firstLine(rows[0]?.error ?? ''),
    safe: 'They cost no attempts, and are handled once that version runs.',
    links: [{ label: 'Look at what waits', path: '/waiting', query: { service: snapshot.service, listener } }],
  }));

function whyUnclaimed(listener: string, alive: readonly ProcessRow[] | undefined): string {
  if (alive === undefined)
    return 'No process takes them: the service is down, or no running version has this listener.';
  if (alive.length === 0) return 'No process of this service runs.';
  return hasListener(alive, listener)
    ? `${many(alive.length, 'process', 'processes')} with this listener ${alive.length === 1 ? 'runs' : 'run'}, but none takes them.`
    : `${many(alive.length, 'process', 'processes')} of this service ${alive.length === 1 ? 'runs' : 'run'}, and none has this listener: it was renamed or removed.`;
}

function isForNewerVersion({ error = '' }: InboxRow): boolean {
  return newerVersion.test(error);
}

function byListener(rows: readonly InboxRow[]): [string, readonly InboxRow[]][] {
  const listeners = new Map<string, InboxRow[]>();
  for (const row of rows) listeners.set(row.listener, [...(listeners.get(row.listener) ?? []), row]);
  return [...listeners];
}
