import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';

/**
 * Where a reference may lead: a path as the code means it, the path it is a link to, and what it names where it leads
 * through node_modules. Where the slice orders has a link `node_modules/pay` to the slice payments, `import 'pay'` leads to
 *
 * ```js
 * {
 *   path: '/shop/services/orders/node_modules/pay',
 *   realPath: '/shop/services/payments',
 *   packagePath: 'pay',
 * }
 * ```
 *
 * A pattern of paths such as `../../p*` is one place, with `isGlob`. One that stands for what only a run would tell, as
 * `../../${name}` does, has `isUnknown` as well.
 * @typedef {{ path: string, realPath: string, packagePath: string, isGlob?: boolean, isUnknown?: boolean }} Place
 */

/**
 * @param {string} path
 * @returns {Place}
 */
export function placeOf(path) {
  const realPath = realPathOf(path);
  return { path, realPath, packagePath: packagePathIn(realPath) ?? packagePathIn(path) ?? '' };
}

/**
 * @param {string} path
 * @returns {Place}
 */
export function globPlace(path) {
  return { path, realPath: path, packagePath: '', isGlob: true };
}

/**
 * @param {string} dir
 * @param {string} path
 */
export function isInside(dir, path) {
  return path === dir || path.startsWith(dir + sep);
}

/**
 * What an import calls a file may be less than its path, or more: TypeScript's `./a.js` is `a.ts`, and CommonJS leaves
 * the extension out.
 * @param {string} path
 */
export function realPathOf(path) {
  const spellings = [path, path.replace(/js(x?)$/, 'ts$1'), `${path}.ts`, `${path}.js`];
  const file = spellings.find((spelling) => existsSync(spelling));
  return file === undefined ? join(realDirOf(dirname(path)), basename(path)) : realpathSync.native(file);
}

/**
 * @param {string} dir
 * @returns {string}
 */
function realDirOf(dir) {
  if (existsSync(dir)) return realpathSync.native(dir);
  return dir === dirname(dir) ? dir : join(realDirOf(dirname(dir)), basename(dir));
}

/** @param {string} path */
function packagePathIn(path) {
  const [, ...packagePaths] = path.replaceAll('\\', '/').split('/node_modules/');
  return packagePaths.at(-1);
}
