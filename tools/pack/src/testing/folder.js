import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An empty folder, which is deleted by `remove`. */
export function createFolder() {
  const path = mkdtempSync(join(tmpdir(), 'anywise-pack-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 3 }) };
}
