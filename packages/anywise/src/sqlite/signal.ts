import { closeSync, openSync, watch, writeSync } from 'node:fs';

/** The file beside a database that tells other processes of commits to it. */
export function signalFileOf(path: string): string {
  return `${path}-bell`;
}

/**
 * Tells other processes of this machine of commits, by touching a file beside the database. Watching the database itself
 * would tell of writes before they can be read; this tells after. A notice may be missed, so readers poll slowly as well.
 */
export class Notifier {
  readonly #file: number;
  #hasNotified = false;

  /** @param path the file, made if it is missing. */
  constructor(path: string) {
    closeSync(openSync(path, 'a'));
    this.#file = openSync(path, 'r+');
  }

  /** Calls that shared a commit come here one right after the other, and share the notice. */
  notify(): void {
    if (this.#hasNotified) return;
    this.#hasNotified = true;
    queueMicrotask(() => (this.#hasNotified = false));
    writeSync(this.#file, '.', 0);
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** Hears notices, soon after each. */
export class Hearing {
  readonly #close: () => void;

  constructor(path: string, heard: () => void) {
    this.#close = watchFile(path, heard);
  }

  /** Idempotent. */
  close(): void {
    this.#close();
  }
}

function watchFile(path: string, changed: () => void): () => void {
  try {
    const watcher = watch(path, { persistent: false }, changed);
    watcher.on('error', () => watcher.close());
    return () => watcher.close();
  } catch {
    // Some network drives cannot be watched: there the poll has to do.
    return () => undefined;
  }
}
