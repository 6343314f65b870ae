import { closeSync, openSync, watch, writeSync, type FSWatcher } from 'node:fs';
import { makePrivateFile } from '../kit/private-files.js';

/** The file beside a database that tells other processes of commits to it. */
export function signalFileOf(path: string): string {
  return `${path}-bell`;
}

/**
 * Notifies other processes of this machine of commits, by touching a file beside the database. Watching the database itself
 * would report writes before they can be read. A notice may be missed, so readers also poll slowly.
 */
export class Notifier {
  readonly #file: number;
  #hasNotified = false;

  /** @param path the file, created if it is missing. */
  constructor(path: string) {
    makePrivateFile(path);
    this.#file = openSync(path, 'r+');
  }

  /** Calls that shared a commit arrive one right after the other, and share the notice. */
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

/** Reports notices, soon after each. */
export class Hearing {
  readonly #watcher: FSWatcher | undefined;
  #hears: boolean;

  constructor(path: string, heard: () => void) {
    this.#watcher = watcherOf(path, heard);
    this.#hears = this.#watcher !== undefined;
    this.#watcher?.on('error', () => this.close());
  }

  /** Whether notices are heard. Some network drives cannot be watched; polling has to do there. */
  get hears(): boolean {
    return this.#hears;
  }

  /** Idempotent. */
  close(): void {
    this.#hears = false;
    this.#watcher?.close();
  }
}

function watcherOf(path: string, heard: () => void): FSWatcher | undefined {
  try {
    return watch(path, { persistent: false }, heard);
  } catch {
    return undefined;
  }
}
