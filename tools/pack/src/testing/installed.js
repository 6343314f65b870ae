import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { run } from './run.js';

/**
 * Packs what is installed here, with all that it needs, so that npm can install it elsewhere without a registry.
 *
 * @param {readonly string[]} names
 * @param {{ from: string, to: string }} folders the package that depends on them, and where the tarballs go
 * @returns {readonly string[]} the tarballs
 */
export function packInstalled(names, { from, to }) {
  /** @type {Map<string, string>} */
  const tarballs = new Map();
  /** @param {string} name @param {string} user */
  const pack = (name, user) => {
    const folder = folderOf(name, user);
    const { version, dependencies = {} } = /** @type {{ version: string, dependencies?: object }} */ (
      JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    );
    const tarball = join(to, `${name.replaceAll('/', '-')}-${version}.tgz`);
    if (tarballs.has(name)) return;
    tarballs.set(name, tarball);
    // A store holds equal files once, and npm takes no links out of a tarball.
    run(
      'tar',
      ['-czf', tarball, '--hard-dereference', '--exclude=./node_modules', '--transform=s,^\\.,package,', '.'],
      { cwd: folder },
    );
    for (const needed of Object.keys(dependencies)) pack(needed, folder);
  };
  for (const name of names) pack(name, from);
  return [...tarballs.values()];
}

/** @param {string} name @param {string} user @returns {string} */
function folderOf(name, user) {
  const found = createRequire(join(user, 'package.json'))
    .resolve.paths(name)
    ?.find((folder) => existsSync(join(folder, name)));
  if (found === undefined) throw new Error(`\`${name}\` is not installed for ${dirname(user)}.`);
  return realpathSync(join(found, name));
}
