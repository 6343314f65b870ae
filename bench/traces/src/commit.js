import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { URL, fileURLToPath, pathToFileURL } from 'node:url';

const workspace = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * Builds the library as it was in another commit, with what is installed here.
 *
 * @param {string} revision
 */
export function buildCommit(revision) {
  const folder = mkdtempSync(join(tmpdir(), 'anywise-commit-'));
  const library = join(folder, 'packages/anywise');
  const archive = ['archive', revision, 'packages/anywise', 'tsconfig.base.json'];
  const input = execFileSync('git', archive, { cwd: workspace, maxBuffer: 1e9 });
  execFileSync('tar', ['-x', '-C', folder], { input });
  for (const path of ['node_modules', 'packages/anywise/node_modules']) {
    symlinkSync(join(workspace, path), join(folder, path));
  }
  const compiler = join(workspace, 'node_modules/@typescript/native/bin/tsc');
  execFileSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { cwd: library, stdio: 'inherit' });
  return {
    library: pathToFileURL(join(library, 'dist/index.js')).href,
    remove: () => rmSync(folder, { recursive: true }),
  };
}
