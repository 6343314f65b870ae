import type { DeadGroup, InboxRow, ListenerStatus, OutboxView } from 'anywise';
import type { ServiceSnapshot, Snapshot } from '../data/snapshot.js';

/** The time of these snapshots: 03:12:07 one night. */
export const night = Date.UTC(2026, 10, 24, 3, 12, 7);
export const minute = 60_000;

const none = { count: 0, isMore: false };

/** A service in which nothing is stuck, but for what is given. */
export function seenService(given: {
  readonly listeners?: readonly Partial<ListenerStatus>[];
  readonly outbox?: Partial<ServiceSnapshot['counts']['outbox']>;
  readonly groups?: readonly Partial<DeadGroup>[];
  readonly held?: ServiceSnapshot['held'];
  readonly retrying?: readonly Partial<InboxRow>[];
  readonly outboxHead?: Partial<OutboxView>;
  readonly parked?: readonly Partial<OutboxView>[];
  readonly processes?: ServiceSnapshot['processes'];
}): ServiceSnapshot {
  const listeners = (given.listeners ?? []).map((each) => ({
    listener: 'orders/to-ledger',
    waiting: none,
    running: none,
    dead: none,
    oldestMs: 0,
    ...each,
  }));
  const groups = (given.groups ?? []).map((each) => ({
    listener: 'orders/to-ledger',
    type: 'orders.order-placed',
    error: 'The ledger answered ….',
    count: { count: 1, isMore: false },
    firstAt: night - 21 * minute,
    lastAt: night - 20 * minute,
    holdsUp: 'key' as const,
    ...each,
  }));
  return {
    service: 'orders',
    counts: {
      at: night,
      inbox: { waiting: none, running: none, dead: none, oldestMs: 0, listeners },
      outbox: { waiting: none, scheduled: none, parked: none, oldestMs: 0, ...given.outbox },
      lastSeq: { inbox: 0, outbox: 0 },
    },
    groups,
    held: given.held ?? new Map(),
    retrying: (given.retrying ?? []).map((each, seq) => ({
      seq,
      listener: 'orders/to-ledger',
      source: '/orders',
      id: `m-${seq}`,
      type: 'orders.order-placed',
      key: undefined,
      state: 'waiting' as const,
      attempts: 1,
      error: 'The ledger is away.',
      receivedAt: night - 5 * minute,
      at: night + 12_000,
      ...each,
    })),
    outboxHead: given.outboxHead && outboxView(given.outboxHead),
    processes: given.processes,
    parked: (given.parked ?? []).map(outboxView),
  };
}

export function seenAtNight(...services: Snapshot['services']): Snapshot {
  return { takenAt: night, services };
}

function outboxView(given: Partial<OutboxView>): OutboxView {
  return {
    seq: 1,
    id: 'm-1',
    state: 'waiting',
    envelope: undefined,
    attempts: 0,
    error: undefined,
    createdAt: night - 2 * minute,
    dueAt: 0,
    ...given,
  };
}
