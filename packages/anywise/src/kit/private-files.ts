import { chmodSync, closeSync, existsSync, fchmodSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';

const onlyOwner = { folder: 0o700, file: 0o600 };

/** Makes a folder that only this user can enter, with those above it that are missing. One that is there stays as it is. */
export function makePrivateFolder(path: string): void {
  if (existsSync(path)) return;
  if (dirname(path) !== path) makePrivateFolder(dirname(path));
  unlessThere(() => {
    mkdirSync(path, { mode: onlyOwner.folder });
    // A umask may have taken more away than others' rights.
    chmodSync(path, onlyOwner.folder);
  });
}

/** Makes an empty file that only this user can read, in a folder as `makePrivateFolder` makes it. One that is there stays as it is. */
export function makePrivateFile(path: string): void {
  makePrivateFolder(dirname(path));
  unlessThere(() => {
    const file = openSync(path, 'wx', onlyOwner.file);
    fchmodSync(file, onlyOwner.file);
    closeSync(file);
  });
}

/** Another process may be making the same. */
function unlessThere(make: () => void): void {
  try {
    make();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}
