import { limits } from '../message/limits.js';

/** How many messages are handled at once: in all, and for each listener; and how many bytes of them. */
export class Places {
  readonly #total: number;
  readonly #limits: ReadonlyMap<string, number>;
  readonly #taken = new Map<string, number>();
  /** When the last place of a listener was taken, if none has become free since. */
  readonly #fullSince = new Map<string, number>();
  #inUse = 0;
  #bytes = 0;
  /** Places reserved for messages that are being claimed. */
  #reserved = 0;

  /** @param limits how many places each listener may take. */
  constructor(total: number, limits: ReadonlyMap<string, number>) {
    this.#total = total;
    this.#limits = limits;
  }

  get free(): number {
    return this.#bytes >= limits.inHandBytes ? 0 : this.#total - this.#inUse - this.#reserved;
  }

  /** Whether enough places are free to make a search worth its cost. */
  get areMostlyFree(): boolean {
    return this.free * 2 >= this.#total;
  }

  /** The listeners that have free places, and how many each. */
  open(): ReadonlyMap<string, number> {
    const open = new Map<string, number>();
    for (const [listener, limit] of this.#limits) {
      const left = Math.min(limit - (this.#taken.get(listener) ?? 0), this.free);
      if (left > 0) open.set(listener, left);
    }
    return open;
  }

  /** The listeners that have no free place. */
  saturated(): readonly string[] {
    return [...this.#fullSince.keys()];
  }

  /** The listeners whose every place has been taken for so long, each once. */
  newlyStuck(forMs: number): readonly string[] {
    const before = performance.now() - forMs;
    const stuck = [...this.#fullSince].filter(([, since]) => since <= before).map(([listener]) => listener);
    for (const listener of stuck) this.#fullSince.set(listener, Infinity);
    return stuck;
  }

  reserve(count: number): void {
    this.#reserved += count;
  }

  giveUp(count: number): void {
    this.#reserved -= count;
  }

  /** @param bytes about how large the message is. */
  take(listener: string, bytes: number): void {
    this.#inUse++;
    this.#bytes += bytes;
    const taken = (this.#taken.get(listener) ?? 0) + 1;
    this.#taken.set(listener, taken);
    if (taken >= (this.#limits.get(listener) ?? Infinity)) this.#fullSince.set(listener, performance.now());
  }

  leave(listener: string, bytes: number): void {
    this.#inUse--;
    this.#bytes -= bytes;
    this.#fullSince.delete(listener);
    const taken = (this.#taken.get(listener) ?? 0) - 1;
    if (taken > 0) this.#taken.set(listener, taken);
    else this.#taken.delete(listener);
  }
}
