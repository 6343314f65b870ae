import type { DeadGroup, InboxRow, ListenerStatus, OutboxView, ProcessRow, StoreCounts, StoreView } from 'anywise';
import type { DashboardSource } from '../source.js';

/** What waits behind the dead letters of one listener, as far as it was counted. */
export interface Held {
  readonly messages: number;
  readonly keys: number;
  readonly isMore: boolean;
}

/** What was seen of one service. */
export interface ServiceSnapshot {
  readonly service: string;
  readonly counts: StoreCounts;
  readonly groups: readonly DeadGroup[];
  /** By listener; only those that hold something up. */
  readonly held: ReadonlyMap<string, Held>;
  /** Of the oldest that wait, those whose last attempt failed. */
  readonly retrying: readonly InboxRow[];
  /** The oldest that waits to leave. */
  readonly outboxHead: OutboxView | undefined;
  /** Who works for it; `undefined` if its store keeps no record of that. */
  readonly processes: readonly ProcessRow[] | undefined;
  /** The first of those that can never leave. */
  readonly parked: readonly OutboxView[];
}

/** A service whose store could not be read. */
export interface UnreadService {
  readonly service: string;
  readonly unread: string;
  /** Nothing of the store can be read now; otherwise it only has no view. */
  readonly isAway: boolean;
}

/** What was seen of all services at one time. */
export interface Snapshot {
  /** Milliseconds since 1970, by the clock of this process. */
  readonly takenAt: number;
  readonly services: readonly (ServiceSnapshot | UnreadService)[];
}

const groupsShown = 50;
const retryingSeen = 100;
const parkedSeen = 20;
const processesSeen = 100;
const letters = 20;
const mostBehind = 100;

export async function takeSnapshot(sources: readonly DashboardSource[], now: number): Promise<Snapshot> {
  const services = await Promise.all(sources.map(async (source) => seen(source)));
  return { takenAt: now, services };
}

/** Those that could be read. */
export function readable({ services }: Snapshot): readonly ServiceSnapshot[] {
  return services.filter((service): service is ServiceSnapshot => 'counts' in service);
}

/** Why each service is away whose store cannot be read at all. */
export function awayIn({ services }: Snapshot): ReadonlyMap<string, string> {
  const away = services.flatMap((each) => ('unread' in each && each.isAway ? [each] : []));
  return new Map(away.map(({ service, unread }) => [service, unread]));
}

async function seen(source: DashboardSource): Promise<ServiceSnapshot | UnreadService> {
  try {
    return await look(source);
  } catch (error) {
    // A bus opens its store by itself; any other may not be open yet, or no longer.
    return source.bus === undefined ? openedAndSeen(source) : away(source, error);
  }
}

async function openedAndSeen(source: DashboardSource): Promise<ServiceSnapshot | UnreadService> {
  try {
    await source.store.check();
    return await look(source);
  } catch (error) {
    return away(source, error);
  }
}

function away({ service }: DashboardSource, error: unknown): UnreadService {
  return { service, unread: error instanceof Error ? error.message : String(error), isAway: true };
}

async function look({ service, store }: DashboardSource): Promise<ServiceSnapshot | UnreadService> {
  const { view } = store;
  if (view === undefined) {
    return { service, unread: `The store \`${store.name}\` has no view for tools.`, isAway: false };
  }
  const counts = await view.counts();
  const { inbox, outbox } = counts;
  const groups = inbox.dead.count > 0 ? await view.deadGroups(groupsShown) : [];
  const waiting = inbox.waiting.count > 0 ? await view.inbox({ state: 'waiting' }, { limit: retryingSeen }) : [];
  const [outboxHead] = outbox.waiting.count > 0 ? await view.outbox({ state: 'waiting' }, { limit: 1 }) : [];
  return {
    service,
    counts,
    groups,
    held: await heldUp(view, groups, inbox.listeners),
    retrying: waiting.filter(({ error }) => error !== undefined),
    outboxHead,
    processes: await store.processes?.list(processesSeen),
    parked: outbox.parked.count > 0 ? await view.outbox({ state: 'parked' }, { limit: parkedSeen }) : [],
  };
}

async function heldUp(
  view: StoreView,
  groups: readonly DeadGroup[],
  listeners: readonly ListenerStatus[],
): Promise<ReadonlyMap<string, Held>> {
  const held = new Map<string, Held>();
  for (const { listener, holdsUp } of groups) {
    if (holdsUp === 'nothing' || held.has(listener)) continue;
    const { count = 0, isMore = false } = listeners.find((each) => each.listener === listener)?.waiting ?? {};
    // Where nothing waits at all, nothing waits behind them.
    if (count === 0) continue;
    held.set(
      listener,
      holdsUp === 'listener' ? { messages: count, keys: 0, isMore } : await behindKeys(view, listener),
    );
  }
  return held;
}

async function behindKeys(view: StoreView, listener: string): Promise<Held> {
  const dead = await view.inbox({ state: 'dead', listener }, { limit: letters });
  const keys = [...new Set(dead.flatMap(({ key }) => (key === undefined ? [] : [key])))];
  const behind = keys.length === 0 ? [] : await view.behind(listener, keys, mostBehind);
  return {
    messages: behind.reduce((sum, { count }) => sum + count, 0),
    keys: behind.filter(({ count }) => count > 0).length,
    isMore: dead.length === letters || behind.some(({ isMore }) => isMore),
  };
}
