import type { StoreChanged } from '../core/ports/store.js';

/** The watchers of a store's commits. */
export class Watchers {
  readonly #watchers = new Set<{ readonly changed: StoreChanged }>();

  /** Adds a watcher. Returns a function that removes it, which may be called more than once. */
  add(changed: StoreChanged): () => void {
    const watcher = { changed };
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  }

  /** Tells all watchers about a commit. */
  readonly tell: StoreChanged = (part) => {
    for (const { changed } of this.#watchers) changed(part);
  };
}
