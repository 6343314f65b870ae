import type { ProcessRow } from 'anywise';
import { isAlive } from 'anywise/kit';
import type { ServiceSnapshot } from '../data/snapshot.js';
import { duration } from '../ui/time.js';
import { many, manyCounted } from '../ui/words.js';
import type { Rule } from './problem.js';

const notableLag = 1_000;
const notableSkewMs = 5_000;

/** Messages that are in the transport, and that the service does not fetch as fast as they come. */
export const transportLag: Rule = (snapshot) => {
  const { service } = snapshot;
  const alive = running(snapshot);
  // Each says how much waits for the whole service.
  const lags = alive.flatMap(({ lag }) => (lag === undefined ? [] : [lag])).sort((a, b) => b.count - a.count);
  const [lag] = lags;
  if (lag === undefined || lag.count < notableLag) return [];
  return [
    {
      rule: 'transport-lag',
      severity: 'warn',
      service,
      title: `${service} lags behind: ${manyCounted(lag, 'message')} in the transport`,
      why: `${many(alive.length, 'process', 'processes')} of it ${alive.length === 1 ? 'runs' : 'run'}, and others publish faster than ${alive.length === 1 ? 'it fetches' : 'they fetch'}.`,
      safe: 'The transport keeps them, in order, until they are in the inbox.',
      links: [{ label: 'Look at its processes', path: '/processes', query: {} }],
    },
  ];
};

/** Processes whose clock is not that of the database. */
export const clockSkew: Rule = (snapshot) =>
  running(snapshot)
    .filter(({ clockSkewMs = 0 }) => Math.abs(clockSkewMs) >= notableSkewMs)
    .map(({ host, pid, clockSkewMs = 0 }) => ({
      rule: 'clock-skew',
      severity: 'warn',
      service: snapshot.service,
      title: `The clock of process ${pid} on ${host} is ${duration(Math.abs(clockSkewMs))} ${clockSkewMs > 0 ? 'ahead of' : 'behind'} the database's`,
      why: `${snapshot.service} runs on a machine whose time is not kept, or its database does.`,
      safe: 'Leases, delays and retries go by the database. Times that the process writes, in messages and logs, are wrong.',
      links: [{ label: 'Look at its processes', path: '/processes', query: {} }],
    }));

function running({ processes = [], counts: { at } }: ServiceSnapshot): readonly ProcessRow[] {
  return processes.filter((row) => isAlive(row, at));
}
