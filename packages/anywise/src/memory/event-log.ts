import { limits } from '../core/message/limits.js';
import type {
  EventLog,
  FeedOptions,
  FeedPage,
  LoadedStream,
  LoadOptions,
  LoggedEvent,
  Snapshot,
  StreamAppend,
  StreamsOptions,
} from '../core/ports/event-log.js';
import { countWithin } from '../kit/batches.js';

export class MemoryEventLog implements EventLog {
  readonly #events: LoggedEvent[] = [];
  /** The indexes of their events, by name. */
  readonly #streams = new Map<string, number[]>();
  readonly #snapshots = new Map<string, Snapshot>();

  async feed(after: number, { limit, types }: FeedOptions): Promise<FeedPage> {
    // Positions begin with 1 and have no gaps here, so the index of the next event is the last position.
    const next = this.#events.slice(after, after + limit);
    const sizeOf = ({ json = '' }: LoggedEvent): number => Buffer.byteLength(json);
    const looked = next.slice(0, countWithin(next, sizeOf, limits.batchBytes));
    const position = looked.at(-1)?.position ?? Math.max(after, this.#events.length);
    const events = types === undefined ? looked : looked.filter(({ type }) => types.includes(type));
    return { events, position, isEnd: position >= this.#events.length, isHeldUp: false };
  }

  async last(): Promise<number> {
    return this.size;
  }

  /** Positions are given in the commit, which takes no time. */
  async heldUpMs(): Promise<number> {
    return 0;
  }

  /** How many events there are, which is the position of the last. */
  get size(): number {
    return this.#events.length;
  }

  async streams(prefix: string, { after = '', limit }: StreamsOptions): Promise<readonly string[]> {
    return [...this.#streams.keys()]
      .map((name) => ({ name, bytes: Buffer.from(name) }))
      .filter(({ name, bytes }) => name.startsWith(prefix) && bytes.compare(Buffer.from(after)) > 0)
      .sort((a, b) => a.bytes.compare(b.bytes))
      .slice(0, limit)
      .map(({ name }) => name);
  }

  load(stream: string, { shape, after = 0, limit }: LoadOptions): LoadedStream {
    const kept = this.#snapshots.get(stream);
    const snapshot = kept !== undefined && kept.shape === shape && kept.version > after ? kept : undefined;
    const from = snapshot?.version ?? after;
    const indexes = (this.#streams.get(stream) ?? []).slice(from, from + limit);
    return { snapshot, events: indexes.flatMap((index) => this.#events[index] ?? []) };
  }

  versionOf(stream: string): number {
    return this.#streams.get(stream)?.length ?? 0;
  }

  append({ stream, expected, events, snapshot }: StreamAppend): void {
    const indexes = this.#streams.get(stream) ?? [];
    const before = this.#events[indexes[expected - 1] ?? -1];
    this.#streams.set(stream, indexes);
    for (const { envelope, json } of events) {
      const { type } = envelope;
      this.#events.push({ position: this.#events.length + 1, stream, version: indexes.length + 1, type, json });
      indexes.push(this.#events.length - 1);
    }
    const isErased = before !== undefined && before.json === undefined;
    if (snapshot !== undefined && !isErased) this.#snapshots.set(stream, snapshot);
  }

  /** How many events have an envelope. */
  keptOf(stream: string): number {
    return (this.#streams.get(stream) ?? []).filter((index) => this.#events[index]?.json !== undefined).length;
  }

  erase(stream: string, upTo: number): void {
    this.#snapshots.delete(stream);
    for (const index of (this.#streams.get(stream) ?? []).slice(0, upTo)) {
      const event = this.#events[index];
      if (event !== undefined) this.#events[index] = { ...event, json: undefined };
    }
  }
}
