import { readdirSync, statSync, watch, type FSWatcher } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';

/**
 * Calls `onEdit` once edits of these files, or of anything in these folders, have paused. Returns a function that stops it.
 *
 * Each folder gets a watcher of its own: on Linux, Node 20's recursive one loses sight of a file that an editor replaced.
 *
 * @param quietMs how long a pause is. By default it is long enough for an editor to save several files, or one in several steps.
 */
export function watchSources(paths: readonly string[], onEdit: (path: string) => void, quietMs = 100): () => void {
  const watchers = new Map<string, FSWatcher>();
  let pause: NodeJS.Timeout | undefined;

  const report = (path: string) => {
    if (!matters(path)) return;
    clearTimeout(pause);
    pause = setTimeout(onEdit, quietMs, path);
  };

  const watchFolder = (folder: string, onEvent: (path: string, event: string) => void) => {
    const watcher = watch(folder, (event, name) => onEvent(name === null ? folder : join(folder, name), event));
    watcher.on('error', () => forget(folder));
    watchers.set(folder, watcher);
  };

  const watchTree = (folder: string) => {
    try {
      watchFolder(folder, (path, event) => {
        report(path);
        if (event !== 'rename') return;
        // A folder may have been created, deleted or replaced, and a watcher does not follow its name.
        forget(path);
        if (isFolder(path)) watchTree(path);
      });
      for (const entry of readdirSync(folder, { withFileTypes: true })) {
        if (entry.isDirectory()) watchTree(join(folder, entry.name));
      }
    } catch (error) {
      // It may have been deleted by now, which was reported.
      if (isFolder(folder)) throw error;
    }
  };

  // An editor may replace a file instead of writing it, so it is watched from its folder.
  const watchFile = (file: string) =>
    watchFolder(dirname(file), (path) => {
      if (path === file) report(path);
    });

  const forget = (folder: string) => {
    for (const [path, watcher] of watchers) {
      if (path !== folder && !path.startsWith(folder + sep)) continue;
      watcher.close();
      watchers.delete(path);
    }
  };

  for (const path of paths) (isFolder(path) ? watchTree : watchFile)(path);
  return () => {
    clearTimeout(pause);
    for (const watcher of watchers.values()) watcher.close();
  };
}

/** Leaves out tests, and the files that editors create beside the one they save. */
function matters(path: string): boolean {
  const name = basename(path);
  return !name.startsWith('.') && !name.endsWith('~') && !name.endsWith('.test.ts');
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
