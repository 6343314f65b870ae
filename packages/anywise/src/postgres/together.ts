import { limits } from '../core/message/limits.js';
import { countWithin } from '../kit/batches.js';

export interface TogetherOptions<Item, Result> {
  /** How large an item is. Up to 4 MiB go together; a larger one goes alone. */
  readonly bytesOf: (item: Item) => number;
  /** Runs the statement: one result each, in their order. */
  readonly run: (items: readonly Item[]) => Promise<readonly Result[]>;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** Runs one statement at a time: what comes while one is on its way shares the next. */
export class Together<Item, Result> {
  readonly #options: TogetherOptions<Item, Result>;
  readonly #waiting: Waiting<Item, Result>[] = [];
  #running: Promise<void> | undefined;

  constructor(options: TogetherOptions<Item, Result>) {
    this.#options = options;
  }

  /** Resolves when the statement has succeeded. */
  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when nothing runs. */
  async close(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    const { bytesOf, run } = this.#options;
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(
        0,
        countWithin(this.#waiting, ({ item }) => bytesOf(item), limits.batchBytes),
      );
      try {
        const results = await run(group.map(({ item }) => item));
        for (const [index, { resolve }] of group.entries()) resolve(results[index] as Result);
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#running = undefined;
  }
}
