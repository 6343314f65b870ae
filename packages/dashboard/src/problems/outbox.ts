import { isAlive } from 'anywise/kit';
import type { ServiceSnapshot } from '../data/snapshot.js';
import { duration } from '../ui/time.js';
import { firstLine, manyCounted, many } from '../ui/words.js';
import type { Rule } from './problem.js';

const oldMs = 30_000;
/** How long another process may take to relay in its place. */
const goneMs = 10_000;

/** Messages that no process is there to send: the process that did so has gone, and no other has taken its lease. */
export const noRelay: Rule = (snapshot) => {
  const { service, processes, counts } = snapshot;
  const { at, outbox } = counts;
  if (!isRelayGone(snapshot)) return [];
  const alive = processes?.filter((row) => isAlive(row, at)).length ?? 0;
  return [
    {
      rule: 'no-relay',
      severity: 'bad',
      service,
      title: `No process relays for ${service}: ${manyCounted(outbox.waiting, 'message')} ${outbox.waiting.count === 1 ? 'waits' : 'wait'} to leave`,
      since: at - outbox.oldestMs,
      why:
        alive === 0
          ? 'The process that held the lease to send has gone, and no process of this service runs.'
          : `The process that held the lease to send has gone, and none of the ${many(alive, 'process', 'processes')} that run has taken it.`,
      safe: 'They are committed and leave once a process of this service runs.',
      links: [{ label: 'Look at the outbox', path: '/outbox', query: { service } }],
    },
  ];
};

/** A relay whose transport is away rests without a lease, but its process lives. */
function isRelayGone({ processes, counts: { at, outbox } }: ServiceSnapshot): boolean {
  const { waiting, oldestMs, relay } = outbox;
  if (waiting.count === 0 || oldestMs < goneMs || relay === undefined || relay.leftMs > 0) return false;
  return processes?.some((row) => row.holder === relay.holder && isAlive(row, at)) !== true;
}

/** Messages that should have left the service long ago. */
export const oldOutbox: Rule = (snapshot) => {
  const { service, counts, outboxHead } = snapshot;
  const { at, outbox } = counts;
  if (outbox.waiting.count === 0 || outbox.oldestMs < oldMs || isRelayGone(snapshot)) return [];
  const { error, dueAt = 0, attempts = 0 } = outboxHead ?? {};
  const next = dueAt > at ? `, next attempt in ${duration(dueAt - at)}` : '';
  const tried = attempts > 0 ? ` after ${many(attempts, 'attempt')}` : '';
  return [
    {
      rule: 'old-outbox',
      severity: 'bad',
      service,
      title: `${service} cannot send ${manyCounted(outbox.waiting, 'message')}`,
      since: at - outbox.oldestMs,
      why: error === undefined ? 'No process of this service relays.' : `“${firstLine(error)}”${tried}${next}`,
      safe: 'They are committed and stay here until the transport takes them.',
      links: [{ label: 'Look at the outbox', path: '/outbox', query: { service } }],
    },
  ];
};

/** Messages that can never leave as they are. */
export const parkedOutbox: Rule = ({ service, counts: { outbox }, parked }) => {
  const [first] = parked;
  if (first === undefined) return [];
  return [
    {
      rule: 'parked-outbox',
      severity: 'bad',
      service,
      title: `${service} has ${manyCounted(outbox.parked, 'message')} that the transport refuses for good`,
      since: first.createdAt,
      why: first.error === undefined ? undefined : `“${firstLine(first.error)}”`,
      safe: 'Later messages with the same key wait until these are retried or discarded.',
      links: [{ label: 'Look at what is parked', path: '/outbox', query: { service, state: 'parked' } }],
    },
  ];
};
