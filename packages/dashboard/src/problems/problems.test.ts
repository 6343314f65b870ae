import { describe, expect, it } from '@jest/globals';
import type { ProcessRow } from 'anywise';
import { minute, night, seenAtNight, seenService } from '../test-support/seen.js';
import type { Problem } from './problem.js';
import { problemsIn } from './problems.js';

type Given = Parameters<typeof seenService>[0];

function problemsOf(given: Given): readonly Problem[] {
  return problemsIn(seenAtNight(seenService(given)));
}

const counted = (count: number, isMore = false) => ({ count, isMore });
const listener = 'orders/to-ledger';

const relay = (leftMs: number) => ({ holder: 'h', leftMs });

function processOf(seenAt: number, listeners: readonly string[]): ProcessRow {
  return {
    holder: 'h',
    service: 'orders',
    version: undefined,
    host: 'a',
    pid: 1,
    concurrency: 1,
    startedAt: 0,
    seenAt,
    description: { name: 'orders', messages: [{ type: 't', listeners: listeners.map((name) => ({ name })) }] },
  };
}

interface Row {
  readonly rule: string;
  readonly given: Given;
  readonly says: Partial<Problem>;
}

const table: readonly Row[] = [
  {
    rule: 'blocked-listener',
    given: {
      groups: [{ holdsUp: 'listener' }],
      held: new Map([[listener, { messages: 27, keys: 0, isMore: false }]]),
    },
    says: {
      severity: 'bad',
      title: 'orders/to-ledger is blocked: 27 messages behind a dead letter',
      since: night - 21 * minute,
      why: '1 dead letter: “The ledger answered ….”',
    },
  },
  {
    rule: 'parked-keys',
    given: {
      groups: [{ count: counted(12) }, { error: 'No such order.', count: counted(3) }],
      held: new Map([[listener, { messages: 214, keys: 12, isMore: true }]]),
    },
    says: {
      severity: 'bad',
      title: 'orders/to-ledger holds up 214+ messages of 12 keys',
      why: '12 dead letters: “The ledger answered ….” and 1 other error',
    },
  },
  {
    rule: 'unclaimed',
    given: { listeners: [{ waiting: counted(8), oldestMs: 2 * minute }] },
    says: { severity: 'bad', title: 'No process handles orders/to-ledger: 8 messages wait', since: night - 2 * minute },
  },
  {
    rule: 'no-relay',
    given: { outbox: { waiting: counted(40), oldestMs: minute, relay: { holder: 'gone', leftMs: 0 } }, processes: [] },
    says: {
      severity: 'bad',
      title: 'No process relays for orders: 40 messages wait to leave',
      since: night - minute,
      why: 'The process that held the lease to send has gone, and no process of this service runs.',
    },
  },
  {
    rule: 'old-outbox',
    given: {
      outbox: { waiting: counted(40), oldestMs: 2 * minute },
      outboxHead: { error: 'ECONNREFUSED broker:5672', attempts: 6, dueAt: night + 12_000 },
    },
    says: {
      severity: 'bad',
      title: 'orders cannot send 40 messages',
      since: night - 2 * minute,
      why: '“ECONNREFUSED broker:5672” after 6 attempts, next attempt in 12 s',
    },
  },
  {
    rule: 'parked-outbox',
    given: { outbox: { parked: counted(1) }, parked: [{ state: 'parked', error: 'Too large.' }] },
    says: { severity: 'bad', title: 'orders has 1 message that the transport refuses for good', why: '“Too large.”' },
  },
  {
    rule: 'recent-dead-letters',
    given: { groups: [{ holdsUp: 'nothing', count: counted(3) }] },
    says: { severity: 'warn', title: 'orders/to-ledger gave up 3 messages, the last within the hour' },
  },
  {
    rule: 'busy-listener',
    given: { listeners: [{ waiting: counted(1_000, true), running: counted(50), oldestMs: 3 * minute }] },
    says: { severity: 'warn', title: 'orders/to-ledger does not keep up: 1\u202f000+ messages wait' },
  },
  {
    rule: 'retrying',
    given: { retrying: [{ attempts: 4 }, { attempts: 2 }] },
    says: {
      severity: 'warn',
      title: 'orders/to-ledger keeps failing on 1 message',
      why: '“The ledger is away.” — 4 attempts so far, the next in 12 s.',
    },
  },
  {
    rule: 'newer-version',
    given: {
      retrying: [{ error: 'No contract here has `a.b`. It waits for a version of this service that knows it.' }],
    },
    says: { severity: 'warn', title: '1 message for orders/to-ledger waits for a newer version of orders' },
  },
  {
    rule: 'transport-lag',
    given: { processes: [{ ...processOf(night, []), lag: counted(1_000, true) }] },
    says: {
      severity: 'warn',
      title: 'orders lags behind: 1\u202f000+ messages in the transport',
      why: '1 process of it runs, and others publish faster than it fetches.',
    },
  },
  {
    rule: 'clock-skew',
    given: { processes: [{ ...processOf(night, []), clockSkewMs: -7_000 }] },
    says: { severity: 'warn', title: "The clock of process 1 on a is 7 s behind the database's" },
  },
  {
    rule: 'clock-skew',
    given: { processes: [{ ...processOf(night, []), clockSkewMs: 61_000 }] },
    says: { severity: 'warn', title: "The clock of process 1 on a is 1 min ahead of the database's" },
  },
];

it.each(table)('finds $rule, and says so in one sentence', ({ rule, given, says }) => {
  const [problem, ...others] = problemsOf(given);
  expect(others).toEqual([]);
  expect(problem).toMatchObject({ rule, service: 'orders', ...says });
});

describe('what no process takes', () => {
  const waiting = { listeners: [{ waiting: counted(8), oldestMs: 2 * minute }] };

  it.each([
    ['No process of this service runs.', []],
    ['No process of this service runs.', [processOf(night - 3 * minute, [listener])]],
    [
      '1 process of this service runs, and none has this listener: it was renamed or removed.',
      [processOf(night, ['a'])],
    ],
    ['1 process with this listener runs, but none takes them.', [processOf(night, [listener])]],
  ])('is said with its cause: %s', (why, processes) => {
    expect(problemsOf({ ...waiting, processes })).toMatchObject([{ rule: 'unclaimed', why }]);
  });
});

describe('no problem is', () => {
  const quiet: readonly (readonly [string, Given])[] = [
    ['a service in which nothing waits', {}],
    ['a message that waits for less than a minute', { listeners: [{ waiting: counted(1), oldestMs: minute - 1 }] }],
    [
      'an old message that is in hand',
      { listeners: [{ waiting: counted(1), running: counted(1), oldestMs: 2 * minute }] },
    ],
    ['an outbox that is a moment old', { outbox: { waiting: counted(5), oldestMs: 29_999 } }],
    ['a lease that ended a moment ago', { outbox: { waiting: counted(5), oldestMs: 9_999, relay: relay(0) } }],
    ['a lease that goes on', { outbox: { waiting: counted(5), oldestMs: 20_000, relay: relay(5_000) } }],
    [
      'a relay that rests without a lease while its process runs',
      { outbox: { waiting: counted(5), oldestMs: 20_000, relay: relay(0) }, processes: [processOf(night, [])] },
    ],
    [
      'a clock and a transport that are nearly level',
      { processes: [{ ...processOf(night, []), lag: counted(999), clockSkewMs: 4_999 }] },
    ],
    [
      'what a process that has gone said last',
      { processes: [{ ...processOf(night - 3 * minute, []), lag: counted(1_000), clockSkewMs: 7_000 }] },
    ],
    ['what waits for its time', { outbox: { scheduled: counted(1_000, true) } }],
    ['a message that failed twice', { retrying: [{ attempts: 2 }] }],
    [
      'a dead letter of yesterday that holds up nothing',
      { groups: [{ holdsUp: 'nothing', firstAt: night - 30 * 60 * minute, lastAt: night - 25 * 60 * minute }] },
    ],
  ];
  it.each(quiet)('%s', (_what, given) => expect(problemsOf(given)).toEqual([]));
});

it('does not say twice what waits behind a dead letter', () => {
  const problems = problemsOf({
    listeners: [{ waiting: counted(27), dead: counted(1), oldestMs: 20 * minute }],
    groups: [{ holdsUp: 'listener' }],
    held: new Map([[listener, { messages: 27, keys: 0, isMore: false }]]),
  });
  expect(problems.map(({ rule }) => rule)).toEqual(['blocked-listener']);
});

it('puts the gravest first, and a store that cannot be read before all', () => {
  const given: Given = {
    outbox: { waiting: counted(40), oldestMs: 2 * minute },
    groups: [{ holdsUp: 'listener' }, { listener: 'orders/audit', holdsUp: 'nothing' }],
    retrying: [{ listener: 'orders/mail', attempts: 9 }],
  };
  const problems = problemsIn(
    seenAtNight(seenService(given), { service: 'payments', unread: 'The file is gone.', isAway: true }),
  );
  expect(problems.map(({ service, rule }) => `${service} ${rule}`)).toEqual([
    'payments unread-store',
    'orders blocked-listener',
    'orders old-outbox',
    'orders recent-dead-letters',
    'orders retrying',
  ]);
});
