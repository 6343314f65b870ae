import type { BoundedCount, DeadGroup } from 'anywise';
import { sum } from '../data/sum.js';
import { manyCounted, many, firstLine, count } from '../ui/words.js';
import type { Problem, Rule } from './problem.js';

const hour = 3_600_000;
const rolledBack = 'What the failed attempts wrote to the database was rolled back.';

/** A listener that stops at its first dead letter: none of its messages is handled. */
export const blockedListener: Rule = ({ service, groups, held }) =>
  worstOf(groups, 'listener').map(([listener, dead]) => {
    const behind = held.get(listener);
    return {
      ...common('blocked-listener', service, listener, dead),
      severity: 'bad',
      title:
        behind === undefined
          ? `${listener} is blocked by a dead letter`
          : `${listener} is blocked: ${manyCounted({ count: behind.messages, isMore: behind.isMore }, 'message')} behind a dead letter`,
    };
  });

/** Keys whose messages wait behind a dead letter. */
export const parkedKeys: Rule = ({ service, groups, held }) =>
  worstOf(groups, 'key').flatMap(([listener, dead]) => {
    const behind = held.get(listener);
    if (behind === undefined || behind.messages === 0) return [];
    const messages = manyCounted({ count: behind.messages, isMore: behind.isMore }, 'message');
    const title = `${listener} holds up ${messages} of ${many(behind.keys, 'key')}`;
    return [{ ...common('parked-keys', service, listener, dead), severity: 'bad', title }];
  });

/** Dead letters that hold up nothing, or nothing yet, and are new. */
export const recentDeadLetters: Rule = ({ service, groups, held, counts: { at } }) =>
  byListener(groups)
    .filter(([listener, dead]) => {
      const holdsUp = dead.some((group) => group.holdsUp === 'listener') || (held.get(listener)?.messages ?? 0) > 0;
      return !holdsUp && dead.some(({ lastAt }) => lastAt > at - hour);
    })
    .map(([listener, dead]) => ({
      ...common('recent-dead-letters', service, listener, dead),
      severity: 'warn',
      title: `${listener} gave up ${manyCounted(total(dead), 'message')}, the last within the hour`,
    }));

function common(
  rule: string,
  service: string,
  listener: string,
  dead: readonly DeadGroup[],
): Omit<Problem, 'severity' | 'title'> {
  const [worst] = dead;
  const isOne = total(dead).count === 1 && !total(dead).isMore;
  const only = dead.length === 1 ? worst : undefined;
  const query = { service, listener, type: only?.type, error: only?.error };
  return {
    rule,
    service,
    since: Math.min(...dead.map(({ firstAt }) => firstAt)),
    why: worst && `${manyCounted(worst.count, 'dead letter')}: “${firstLine(worst.error)}”${others(dead)}`,
    safe: rolledBack,
    links: [
      { label: isOne ? 'Look at it' : `Look at the ${count(total(dead))}`, path: '/dead-letters', query },
      {
        label: isOne ? 'Replay it' : `Replay the ${count(total(dead))}`,
        path: '/dead-letters/bulk',
        query: { ...query, action: 'replay' },
        right: 'replay',
      },
    ],
  };
}

function others(dead: readonly DeadGroup[]): string {
  return dead.length > 1 ? ` and ${many(dead.length - 1, 'other error')}` : '';
}

function worstOf(groups: readonly DeadGroup[], holdsUp: DeadGroup['holdsUp']): [string, readonly DeadGroup[]][] {
  return byListener(groups.filter((group) => group.holdsUp === holdsUp));
}

/** The largest group of a listener first, as the store gives them. */
function byListener(groups: readonly DeadGroup[]): [string, readonly DeadGroup[]][] {
  const listeners = new Map<string, DeadGroup[]>();
  for (const group of groups) listeners.set(group.listener, [...(listeners.get(group.listener) ?? []), group]);
  return [...listeners];
}

function total(dead: readonly DeadGroup[]): BoundedCount {
  return sum(dead.map(({ count: counted }) => counted));
}
