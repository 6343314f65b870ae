import { AnywiseError } from '../core/errors/errors.js';
import type { Mutex } from '../kit/mutex.js';
import { queryWrote, usedAfterEnd } from '../kit/transaction.js';
import { serviceName, type ServiceId } from '../core/ports/container.js';
import { StreamConflictError, type LogTransaction, type StreamAppend } from '../core/ports/event-log.js';
import type { KeptSaga, SagaStep, SagaTransaction } from '../core/ports/sagas.js';
import type { ScheduledEnvelope } from '../core/ports/outbox.js';
import type { FaultTransaction, ProjectionTransaction, ProjectionVersion } from '../core/ports/projections.js';
import type {
  Completion,
  KeptReply,
  NewMessages,
  ReplyKey,
  StoreChanged,
  StoreTransaction,
  TransactionPart,
} from '../core/ports/store.js';
import type { MemoryEventLog } from './event-log.js';
import type { MemoryInbox } from './inbox.js';
import type { MemorySagas } from './sagas.js';
import type { MemoryOutbox } from './outbox.js';
import type { MemoryProjections } from './projections.js';

export interface MemoryTables {
  readonly outbox: MemoryOutbox;
  readonly inbox: MemoryInbox;
  readonly log: MemoryEventLog;
  readonly projections: MemoryProjections;
  readonly sagas: MemorySagas;
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
  /** The versions of streams after what was appended here. */
  #versions = new Map<string, number>();
  /** The projections that this transaction writes itself, if it appends. */
  #written: readonly ProjectionVersion[] = [];
  /** The revisions of sagas after what was saved here. */
  #revisions = new Map<string, number>();
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

  get log(): LogTransaction {
    const { log } = this.#tables;
    return {
      load: async (stream, options) => {
        if (this.#readOnly) this.#mayBeUsed();
        else await this.#begin();
        return log.load(stream, options);
      },
      append: async (appends) => {
        await this.#begin();
        for (const one of appends) this.#stage(one);
      },
      erase: async (stream) => {
        await this.#begin();
        const version = log.versionOf(stream);
        this.#staged.push(() => log.erase(stream, version));
        return log.keptOf(stream);
      },
    };
  }

  get projections(): ProjectionTransaction {
    const { projections } = this.#tables;
    return {
      faults: this.#faults(projections),
      generation: async (projection) => {
        this.#mayBeUsed();
        return projections.generation(projection);
      },
      writable: async (wanted) => {
        await this.#begin();
        this.#written = wanted;
        return projections.writable(wanted);
      },
      advance: async (key, from, to) => {
        await this.#begin();
        if (!projections.isAt(key, from)) return false;
        this.#staged.push(() => projections.advance(key, to));
        return true;
      },
      appendAlone: () => this.#begin(),
      live: async (key, isInline) => {
        await this.#begin();
        this.#staged.push(() => projections.live(key, isInline));
      },
    };
  }

  #faults(projections: MemoryProjections): FaultTransaction {
    const { faults } = projections;
    return {
      hold: async (key, streams) => {
        await this.#begin();
        const position = projections.positionOf(key);
        const parked = faults.parkedStreams(key);
        return position === undefined
          ? undefined
          : { position, parked: new Set(streams.filter((stream) => parked.has(stream))) };
      },
      add: async (key, added) => {
        await this.#begin();
        this.#staged.push(() => faults.add(key, added));
      },
      due: async (key, limit) => {
        await this.#begin();
        return faults.due(key, limit).map(({ position, stream, eventVersion }) => ({ position, stream, eventVersion }));
      },
      taken: async (key, stream, positions) => {
        await this.#begin();
        if (!faults.areParked(key, positions)) return false;
        this.#staged.push(() => faults.taken(key, stream, positions));
        return true;
      },
      fail: async (key, position, error) => {
        await this.#begin();
        this.#staged.push(() => faults.fail(key, position, error));
      },
    };
  }

  get sagas(): SagaTransaction {
    const { sagas } = this.#tables;
    return {
      open: async (name, key) => {
        await this.#begin();
        return sagas.row(name, key);
      },
      save: async (saga, step) => {
        await this.#begin();
        this.#stageSaga(saga, step);
      },
      takeEarly: async (name, key) => {
        await this.#begin();
        this.#staged.push(() => sagas.forgetEarly(name, key));
        return sagas.early(name, key);
      },
    };
  }

  nest(): TransactionPart {
    const versions = new Map(this.#versions);
    const revisions = new Map(this.#revisions);
    const staged = this.#staged.length;
    const scheduled = [...this.#scheduled];
    const cancelled = [...this.#cancelled];
    return {
      undo: async () => {
        this.#staged.length = staged;
        this.#scheduled = new Map(scheduled);
        this.#cancelled = new Set(cancelled);
        this.#versions = versions;
        this.#revisions = revisions;
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
    if (this.#versions.size > 0) this.#tables.projections.giveUp(this.#written);
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

  #stage(append: StreamAppend): void {
    const { stream, expected, events } = append;
    const version = this.#versions.get(stream) ?? this.#tables.log.versionOf(stream);
    if (version !== expected) throw new StreamConflictError(stream);
    this.#versions.set(stream, expected + events.length);
    this.#staged.push(() => this.#tables.log.append(append));
  }

  #stageSaga(saga: KeptSaga, step: SagaStep): void {
    const { sagas } = this.#tables;
    const id = `${saga.name}/${saga.key}`;
    const revision = this.#revisions.get(id) ?? sagas.row(saga.name, saga.key)?.revision ?? 0;
    if (revision + 1 !== saga.revision) throw new StreamConflictError(id);
    this.#revisions.set(id, saga.revision);
    this.#staged.push(() => sagas.save(saga, step));
  }

  #mayBeUsed(): void {
    if (this.#ended) throw usedAfterEnd();
  }

  async #begin(): Promise<void> {
    this.#mayBeUsed();
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
