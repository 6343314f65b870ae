// `pnpm release:version`: sets the versions that the changesets ask for, and closes the list of the changelog.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { withRelease } from './changelog.js';
import { findWorkspace } from './workspace.js';

const { root } = findWorkspace(process.cwd());
const versionNow = () => findWorkspace(root).packages.get('anywise')?.manifest.version ?? '';

const before = versionNow();
const { status } = spawnSync('changeset', ['version'], {
  cwd: root,
  stdio: 'inherit',
  shell: process.platform === 'win32',
});
if (status !== 0) process.exit(status ?? 1);
const version = versionNow();
if (version === before) {
  process.stderr.write('No changeset asks for a release. `pnpm changeset` makes one.\n');
  process.exit(1);
}
const changelog = join(root, 'CHANGELOG.md');
const date = new Date().toISOString().slice(0, 10);
writeFileSync(changelog, withRelease(readFileSync(changelog, 'utf8'), { version, date }));
