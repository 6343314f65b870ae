import type { StoreChanged } from '../core/ports/store.js';

/** Those who want to know of a store's commits. */
export class Watchers {
  readonly #watchers = new Set<{ readonly changed: StoreChanged }>();

  /** Adds one. Returns how to stop, which may be called more than once. */
  add(changed: StoreChanged): () => void {
    const watcher = { changed };
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  /** Tells all of a commit. */
  readonly tell: StoreChanged = (part) => {
    for (const { changed } of this.#watchers) changed(part);
  };
}
