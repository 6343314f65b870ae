import { checkOptions, withMethods } from '../core/errors/options.js';
import { Mutex } from '../kit/mutex.js';
import { assertOwner } from '../kit/owner.js';
import { Watchers } from '../kit/watchers.js';
import type { Store } from '../core/ports/store.js';
import { MemoryActions } from './actions.js';
import { MemoryDeadLetters } from './dead-letters.js';
import { MemoryEventLog } from './event-log.js';
import { MemoryInbox } from './inbox.js';
import { MemoryOutbox } from './outbox.js';
import { MemoryParkedMessages } from './parked.js';
import { MemoryProcesses } from './processes.js';
import { MemoryProjections } from './projections.js';
import { MemorySagas } from './sagas.js';
import { MemoryScheduledMessages } from './scheduled.js';
import { MemoryView } from './view.js';
import { MemoryTransaction, replyId, type MemoryTables } from './transaction.js';

/** A source of the time. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls back when a manual clock is moved, as in tests. Returns a function that unsubscribes. */
  watch?(moved: () => void): () => void;
}

/** Options of {@link memoryStore}. */
export interface MemoryStoreOptions {
  /** @defaultValue the system's clock */
  readonly clock?: Clock;
}

/**
 * A store that lives and dies with the process: the reference implementation, and a fake for tests. It has no client for
 * statements of your own, because it keeps none of your data.
 */
export function memoryStore(options: MemoryStoreOptions = {}): Store {
  checkOptions('`memoryStore`', options, { clock: withMethods('a clock, with `now`', 'now') });
  const clock: Clock = options.clock ?? Date;
  const now = (): number => clock.now();
  const watchers = new Watchers();
  const writer = new Mutex();
  const outbox = new MemoryOutbox(now, writer);
  const inbox = new MemoryInbox(now, writer, watchers.tell);
  const actions = new MemoryActions(now);
  const processes = new MemoryProcesses(now);
  const log = new MemoryEventLog();
  const projections = new MemoryProjections({ now, log, writer, actions });
  const sagas = new MemorySagas(now);
  const tables: MemoryTables = { outbox, inbox, log, projections, sagas, replies: new Map(), now };
  let owner: string | undefined;
  return {
    name: 'memory',
    capabilities: { durable: false, shared: false },
    outbox,
    parked: new MemoryParkedMessages(outbox, actions, watchers.tell),
    scheduled: new MemoryScheduledMessages(outbox, actions, writer, now, watchers.tell),
    inbox,
    deadLetters: new MemoryDeadLetters(inbox, actions, now, watchers.tell),
    log,
    projections,
    sagas,
    view: new MemoryView(inbox, outbox, now),
    actions,
    processes,
    clients: [],
    begin: ({ readOnly }) => new MemoryTransaction(tables, writer, readOnly, watchers.tell),
    findReply: async (key) => tables.replies.get(replyId(key))?.kept,
    watch: (watcher) => {
      const unwatch = watchers.add(watcher);
      const unwatchClock = clock.watch?.(watcher);
      return () => {
        unwatch();
        unwatchClock?.();
      };
    },
    clean: async (retentionMs) => {
      inbox.clean(now() - retentionMs);
      sagas.clean(now() - retentionMs);
      actions.clean();
      processes.clean();
      projections.clean(now() - retentionMs);
      for (const [id, { keptAt }] of tables.replies) if (keptAt < now() - retentionMs) tables.replies.delete(id);
    },
    check: async (service) => {
      if (service !== undefined) assertOwner((owner ??= service), service);
    },
    close: async () => undefined,
  };
}
