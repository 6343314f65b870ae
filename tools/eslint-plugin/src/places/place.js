import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';

/**
 * Where a reference may lead: the path as written, the path after following links, and the package path if it leads through
 * node_modules. If the slice orders has a link `node_modules/pay` to the slice payments, `import 'pay'` leads to
 *
 * ```js
 * {
 *   path: '/shop/services/orders/node_modules/pay',
 *   realPath: '/shop/services/payments',
 *   packagePath: 'pay',
 * }
 * ```
 *
 * A pattern of paths such as `../../p*` is one place, with `isGlob`. A pattern for a value that is known only at run time, as
 * in `../../${name}`, has `isUnknown` as well.
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
 * An import may spell a file differently from its path: TypeScript writes `./a.js` for `a.ts`, and CommonJS leaves out the
 * extension.
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
