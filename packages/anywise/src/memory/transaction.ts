import type { Envelope } from '../envelope.js';
import { AnywiseError, queryWrote } from '../errors.js';
import type { Mutex } from '../mutex.js';
import type { ServiceId } from '../scope.js';
import type { Claim, InboxEntry, KeptReply, ReplyKey, StoreTransaction } from '../store.js';
import type { MemoryInbox } from './inbox.js';
import type { MemoryOutbox } from './outbox.js';

export interface MemoryTables {
  readonly outbox: MemoryOutbox;
  readonly inbox: MemoryInbox;
  readonly replies: Map<string, { readonly kept: KeptReply; readonly keptAt: number }>;
  readonly now: () => number;
}

/** Stages writes, holding the store's one writer from the first of them on, and applies them at commit. */
export class MemoryTransaction implements StoreTransaction {
  readonly #tables: MemoryTables;
  readonly #writer: Mutex;
  readonly #readOnly: boolean;
  readonly #changed: () => void;
  readonly #staged: (() => void)[] = [];
  #release: (() => void) | undefined;

  constructor(tables: MemoryTables, writer: Mutex, readOnly: boolean, changed: () => void) {
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

  async keepReply({ type, key }: ReplyKey, kept: KeptReply): Promise<boolean> {
    await this.#begin();
    const { replies, now } = this.#tables;
    const id = `${type} ${key}`;
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
