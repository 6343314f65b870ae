import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

/** @typedef {import('./workspace.js').Workspace} Workspace */

/**
 * Builds a package from nothing, and before it what it is built on.
 *
 * @param {Workspace} workspace
 * @param {string} folder
 * @throws {Error} where the compiler refuses
 */
export function build(workspace, folder) {
  const own = [...workspace.packages.values()].find((each) => each.folder === folder);
  if (own === undefined) throw new Error(`${folder} is not a package of this workspace.`);
  for (const needed of neededBy(workspace, own)) if (!isBuilt(needed)) run(needed);
  rmSync(join(folder, 'dist'), { recursive: true, force: true });
  run(own);
}

/**
 * The packages of the workspace that a package depends on, each after those that it depends on itself.
 *
 * @param {Workspace} workspace
 * @param {import('./workspace.js').Package} own
 * @returns {ReadonlySet<import('./workspace.js').Package>}
 */
function neededBy(workspace, own) {
  const needed = new Set();
  const { dependencies, peerDependencies } = own.manifest;
  for (const name of Object.keys({ ...dependencies, ...peerDependencies })) {
    const each = workspace.packages.get(name);
    if (each === undefined) continue;
    for (const deeper of neededBy(workspace, each)) needed.add(deeper);
    needed.add(each);
  }
  return needed;
}

/** Whether it was built after the last edit. @param {import('./workspace.js').Package} each */
function isBuilt({ folder, manifest }) {
  if (manifest.scripts?.build === undefined) return true;
  const built = timesOf(join(folder, 'dist'));
  return built.length > 0 && Math.min(...built) >= Math.max(...timesOf(join(folder, 'src')));
}

/** When each file below a folder was last written. @param {string} folder @returns {number[]} */
function timesOf(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs);
}

/** @param {import('./workspace.js').Package} each */
function run({ folder, manifest }) {
  if (manifest.scripts?.build === undefined) return;
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', 'build'], {
    cwd: folder,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`\`${manifest.name}\` cannot be built:\n${stdout}${stderr}`);
}
