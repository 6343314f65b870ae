import type { Envelope } from '../core/message/envelope.js';
import { AnywiseError, queryWrote } from '../core/errors/errors.js';
import type { Mutex } from '../kit/mutex.js';
import type { ServiceId } from '../core/ports/container.js';
import type {
  Claim,
  InboxEntry,
  KeptReply,
  ReplyKey,
  ScheduledEnvelope,
  StoreChanged,
  StoreTransaction,
} from '../core/ports/store.js';
import type { MemoryInbox } from './inbox.js';
import type { MemoryOutbox } from './outbox.js';

export interface MemoryTables {
  readonly outbox: MemoryOutbox;
  readonly inbox: MemoryInbox;
  readonly replies: Map<string, { readonly kept: KeptReply; readonly keptAt: number }>;
  readonly now: () => number;
}

export function replyId({ type, key }: ReplyKey): string {
  return JSON.stringify([type, key]);
}

/** Stages writes, holding the store's one writer from the first of them on, and applies them at commit. */
export class MemoryTransaction implements StoreTransaction {
  readonly #tables: MemoryTables;
  readonly #writer: Mutex;
  readonly #readOnly: boolean;
  readonly #changed: StoreChanged;
  readonly #staged: (() => void)[] = [];
  readonly #scheduled = new Map<string, ScheduledEnvelope>();
  readonly #cancelled = new Set<string>();
  #release: (() => void) | undefined;

  constructor(tables: MemoryTables, writer: Mutex, readOnly: boolean, changed: StoreChanged) {
    this.#tables = tables;
    this.#writer = writer;
    this.#readOnly = readOnly;
    this.#changed = changed;
  }

  handle(id: ServiceId): never {
    throw new AnywiseError('INVALID_SETUP', `The memory store has no transaction handle \`${String(id)}\`.`);
  }

  async append(outgoing: readonly Envelope[], incoming: readonly InboxEntry[]): Promise<void> {
    await this.#begin();
    this.#staged.push(() => {
      this.#tables.outbox.append(outgoing);
      this.#tables.inbox.insert(incoming);
    });
  }

  async schedule(scheduled: readonly ScheduledEnvelope[]): Promise<void> {
    await this.#begin();
    for (const one of scheduled.filter(({ envelope }) => !this.#scheduled.has(envelope.id))) {
      this.#scheduled.set(one.envelope.id, one);
    }
    this.#staged.push(() => this.#tables.outbox.schedule([...this.#scheduled.values()]));
  }

  async cancel(id: string): Promise<boolean> {
    await this.#begin();
    if (this.#scheduled.delete(id)) return true;
    if (this.#cancelled.has(id) || !this.#tables.outbox.isScheduled(id)) return false;
    this.#cancelled.add(id);
    this.#staged.push(() => this.#tables.outbox.cancel(id));
    return true;
  }

  async keepReply(key: ReplyKey, kept: KeptReply): Promise<boolean> {
    await this.#begin();
    const { replies, now } = this.#tables;
    const id = replyId(key);
    if (replies.has(id)) return false;
    this.#staged.push(() => replies.set(id, { kept: structuredClone(kept), keptAt: now() }));
    return true;
  }

  async finish(claim: Claim): Promise<boolean> {
    await this.#begin();
    if (!this.#tables.inbox.holds(claim)) return false;
    this.#staged.push(() => this.#tables.inbox.finish(claim));
    return true;
  }

  async commit(): Promise<void> {
    for (const apply of this.#staged) apply();
    const wrote = this.#staged.length > 0;
    this.#end();
    if (wrote) this.#changed();
  }

  async rollback(): Promise<void> {
    this.#end();
  }

  async #begin(): Promise<void> {
    if (this.#readOnly) throw queryWrote();
    this.#release ??= await this.#writer.acquire();
  }

  #end(): void {
    this.#staged.length = 0;
    this.#release?.();
    this.#release = undefined;
  }
}
