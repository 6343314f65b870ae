// `pnpm release`: publishes each package whose version is not on npm yet, and tags it. It refuses what must not be released.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { releaseProblems } from './release-problems.js';
import { findRepository } from './repository.js';
import { findWorkspace, publicPackages } from './workspace.js';

const workspace = findWorkspace(process.cwd());
const { root } = workspace;
const edited = spawnSync('git', ['status', '--porcelain'], { cwd: root, encoding: 'utf8' }).stdout.trim();
const problems = releaseProblems({
  repository: findRepository(root, process.env),
  edited,
  changelog: readFileSync(join(root, 'CHANGELOG.md'), 'utf8'),
  manifests: publicPackages(workspace).map(({ manifest }) => manifest),
});
if (problems.length > 0) {
  process.stderr.write(`${['Nothing was released:', ...problems.map((problem) => `  ${problem}`)].join('\n')}\n`);
  process.exit(1);
}
const { status } = spawnSync('changeset', ['publish'], {
  cwd: root,
  stdio: 'inherit',
  shell: process.platform === 'win32',
});
process.exitCode = status ?? 1;
