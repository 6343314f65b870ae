import { Mutex } from '../mutex.js';
import type { Store } from '../store.js';
import { MemoryInbox } from './inbox.js';
import { MemoryOutbox } from './outbox.js';
import { MemoryTransaction, type MemoryTables } from './transaction.js';

export interface MemoryStoreOptions {
  /** The store's clock, in milliseconds. @defaultValue `Date.now` */
  readonly now?: () => number;
}

/**
 * A store that lives and dies with the process: the reference for what a store does, and a fake for tests. It has no
 * transaction handle, as it keeps no data of yours.
 */
export function memoryStore({ now = Date.now }: MemoryStoreOptions = {}): Store {
  const watchers = new Set<() => void>();
  const changed = (): void => {
    for (const watcher of watchers) watcher();
  };
  const writer = new Mutex();
  const outbox = new MemoryOutbox(now);
  const inbox = new MemoryInbox(now, writer, changed);
  const tables: MemoryTables = { outbox, inbox, replies: new Map(), now };
  return {
    name: 'memory',
    outbox,
    inbox,
    handles: [],
    begin: ({ readOnly }) => new MemoryTransaction(tables, writer, readOnly, changed),
    findReply: async ({ type, key }) => tables.replies.get(`${type} ${key}`)?.kept,
    watch: (watcher) => {
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
    clean: async (retentionMs) => {
      inbox.clean(now() - retentionMs);
      for (const [id, { keptAt }] of tables.replies) if (keptAt < now() - retentionMs) tables.replies.delete(id);
    },
    check: async () => undefined,
    close: async () => undefined,
  };
}
