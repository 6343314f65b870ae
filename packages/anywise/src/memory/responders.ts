import type { Answering } from '../kit/answering.js';

/** A connection that answers requests. */
interface Responder {
  readonly types: ReadonlySet<string>;
  readonly answering: Answering;
}

/** Who answers which requests at one broker. */
export class MemoryResponders {
  readonly #all = new Set<Responder>();

  /** @returns what ends it. */
  add(types: readonly string[], answering: Answering): () => void {
    const responder = { types: new Set(types), answering };
    this.#all.add(responder);
    return () => void this.#all.delete(responder);
  }

  has(type: string): boolean {
    return [...this.#all].some(({ types }) => types.has(type));
  }

  /** The one with the fewest requests in hand. Those that have as many take turns. */
  next(type: string): Answering | undefined {
    let next: Responder | undefined;
    for (const each of this.#all) {
      if (each.types.has(type) && !(each.answering.size >= (next?.answering.size ?? Infinity))) next = each;
    }
    if (next === undefined) return undefined;
    this.#all.delete(next);
    this.#all.add(next);
    return next.answering;
  }
}
