import { AnywiseError } from '../core/errors/errors.js';
import type { Mutex } from '../kit/mutex.js';
import { queryWrote, usedAfterEnd } from '../kit/transaction.js';
import { serviceName, type ServiceId } from '../core/ports/container.js';
import type { ScheduledEnvelope } from '../core/ports/outbox.js';
import type {
  Completion,
  KeptReply,
  NewMessages,
  ReplyKey,
  StoreChanged,
  StoreTransaction,
  TransactionPart,
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

/** Stages writes, holding the store's single writer from the first one on, and applies them at commit. */
export class MemoryTransaction implements StoreTransaction {
  readonly #tables: MemoryTables;
  readonly #writer: Mutex;
  readonly #readOnly: boolean;
  readonly #changed: StoreChanged;
  readonly #staged: (() => void)[] = [];
  #scheduled = new Map<string, ScheduledEnvelope>();
  #cancelled = new Set<string>();
  #release: (() => void) | undefined;
  #ended = false;

  constructor(tables: MemoryTables, writer: Mutex, readOnly: boolean, changed: StoreChanged) {
    this.#tables = tables;
    this.#writer = writer;
    this.#readOnly = readOnly;
    this.#changed = changed;
  }

  client(id: ServiceId): never {
    throw new AnywiseError('INVALID_SETUP', `The memory store has no client \`${serviceName(id)}\` for statements.`);
  }

  async append({ outgoing = [], scheduled = [], incoming = [] }: NewMessages): Promise<void> {
    await this.#begin();
    for (const one of scheduled.filter(({ envelope }) => !this.#scheduled.has(envelope.id))) {
      this.#scheduled.set(one.envelope.id, one);
    }
    this.#staged.push(() => {
      this.#tables.outbox.append(outgoing);
      this.#tables.inbox.insert(incoming);
    });
  }

  nest(): TransactionPart {
    const staged = this.#staged.length;
    const scheduled = [...this.#scheduled];
    const cancelled = [...this.#cancelled];
    return {
      undo: async () => {
        this.#staged.length = staged;
        this.#scheduled = new Map(scheduled);
        this.#cancelled = new Set(cancelled);
      },
      end: async () => undefined,
    };
  }

  async cancel(id: string): Promise<boolean> {
    await this.#begin();
    if (this.#scheduled.delete(id)) return true;
    if (this.#cancelled.has(id) || this.#tables.outbox.find(id)?.state !== 'scheduled') return false;
    this.#cancelled.add(id);
    this.#staged.push(() => this.#tables.outbox.delete(id));
    return true;
  }

  async commit({ claim, claims = [], reply }: Completion = {}): Promise<boolean> {
    const finished = claim === undefined ? claims : [claim, ...claims];
    if (finished.length > 0 || reply !== undefined) await this.#begin();
    const { inbox, replies, now } = this.#tables;
    const isTaken = reply !== undefined && replies.has(replyId(reply.key));
    if (isTaken || !finished.every((each) => inbox.holds(each))) {
      this.#end();
      return false;
    }
    const kept = structuredClone(reply?.kept);
    for (const apply of this.#staged) apply();
    this.#tables.outbox.schedule([...this.#scheduled.values()]);
    if (reply !== undefined && kept !== undefined) replies.set(replyId(reply.key), { kept, keptAt: now() });
    for (const each of finished) inbox.finish(each);
    const wrote = this.#release !== undefined;
    this.#end();
    if (wrote) this.#changed();
    return true;
  }

  async rollback(): Promise<void> {
    this.#end();
  }

  async #begin(): Promise<void> {
    if (this.#ended) throw usedAfterEnd();
    if (this.#readOnly) throw queryWrote();
    this.#release ??= await this.#writer.acquire();
  }

  #end(): void {
    this.#ended = true;
    this.#staged.length = 0;
    this.#scheduled.clear();
    this.#release?.();
    this.#release = undefined;
  }
}
