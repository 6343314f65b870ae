import { readable, type Snapshot } from '../data/snapshot.js';
import { blockedListener, parkedKeys, recentDeadLetters } from './dead.js';
import { busyListener, newerVersions, retrying, unclaimed } from './inbox.js';
import { noRelay, oldOutbox, parkedOutbox } from './outbox.js';
import { clockSkew, transportLag } from './process.js';
import type { Problem, Rule } from './problem.js';

/** The gravest first. */
const rules: readonly Rule[] = [
  blockedListener,
  parkedKeys,
  unclaimed,
  noRelay,
  oldOutbox,
  parkedOutbox,
  recentDeadLetters,
  busyListener,
  retrying,
  newerVersions,
  transportLag,
  clockSkew,
];

/** All that a person should look at, the gravest first. */
export function problemsIn(snapshot: Snapshot): readonly Problem[] {
  const services = readable(snapshot);
  return [...unread(snapshot), ...rules.flatMap((rule) => services.flatMap((service) => rule(service, snapshot)))];
}

/** A store that cannot be read may hide every other problem. */
function unread({ services }: Snapshot): readonly Problem[] {
  return services.flatMap((service): readonly Problem[] =>
    'unread' in service
      ? [
          {
            rule: 'unread-store',
            severity: 'bad',
            service: service.service,
            title: `The store of ${service.service} cannot be read`,
            why: service.unread,
            links: [],
          },
        ]
      : [],
  );
}
