import { closeSync, openSync, watch, writeSync } from 'node:fs';

/** Tells other processes of this machine at once that a file was committed to. */
export interface Bell {
  ring(): void;
  close(): void;
}

/**
 * A file beside the database that is touched after each commit and watched by readers. Watching the database itself tells
 * of writes before they can be read; this tells after. It may miss a ring, so readers poll slowly as well.
 */
export function openBell(path: string): Bell {
  closeSync(openSync(path, 'a'));
  const file = openSync(path, 'r+');
  return {
    ring: () => void writeSync(file, '.', 0),
    close: () => closeSync(file),
  };
}

/** Calls back soon after each ring. Returns how to stop. */
export function hearBell(path: string, heard: () => void): () => void {
  try {
    const watcher = watch(path, { persistent: false }, heard);
    watcher.on('error', () => watcher.close());
    return () => watcher.close();
  } catch {
    // Where files cannot be watched, as on some network drives, the poll has to do.
    return () => undefined;
  }
}
