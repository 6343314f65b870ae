import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { URL, fileURLToPath, pathToFileURL } from 'node:url';

/** @typedef {import('./workspace.js').Slice} Slice */
/** @typedef {import('./workspace.js').Workspace} Workspace */
/** @typedef {import('./references.js').Reference} Reference */
/** @typedef {ReturnType<typeof placeOf>} Place */

/**
 * What one file has to keep out of; undefined where everything is allowed. Names and paths decide, not resolution:
 * pnpm does not link what is not declared, so to a resolver another slice looks like any missing package.
 * @param {string} file
 * @param {Workspace} workspace
 */
export function boundaryOf(file, { root, slices, shared }) {
  const place = placeOf(file);
  const own = slices.find((slice) => contains(slice, place));
  const folder = own?.folder ?? shared.find((candidate) => isInside(realPathOf(join(root, candidate)), place.realPath));
  if (folder === undefined) return undefined;

  const others = slices.filter((slice) => !contains(slice, place));
  const moduleFolders = [join(root, folder, 'node_modules'), join(root, 'node_modules')];
  return {
    folder,
    isSlice: own !== undefined,
    /**
     * The slice that a reference reaches into.
     * @param {Reference} reference
     */
    crossedBy({ specifier, base }) {
      const isPackage = base === undefined && !isAbsolute(specifier) && !/^(\.{1,2}(\/|\\|$)|\/|file:)/.test(specifier);
      const paths = isPackage
        ? moduleFolders.map((dir) => join(dir, specifier))
        : toPaths(specifier, base ?? pathToFileURL(file).href);
      const places = paths.map(placeOf);
      return others.find((slice) => places.some((place) => contains(slice, place)));
    },
  };
}

/**
 * @param {Slice} slice
 * @param {Place} place
 */
function contains({ dir, realDir, name }, { path, realPath, packagePath }) {
  return (
    isInside(dir, path) || isInside(realDir, realPath) || packagePath === name || packagePath.startsWith(`${name}/`)
  );
}

/**
 * A path, where it really is, and what it names when it leads through node_modules.
 * @param {string} path
 */
function placeOf(path) {
  const [, ...packagePaths] = path.replaceAll('\\', '/').split('/node_modules/');
  return { path, realPath: realPathOf(path), packagePath: packagePaths.at(-1) ?? '' };
}

/**
 * @param {string} path
 * @returns {string}
 */
function realPathOf(path) {
  const file = spellings(path).find((spelling) => existsSync(spelling));
  if (file !== undefined) return realpathSync.native(file);
  return path === dirname(path) ? path : join(realPathOf(dirname(path)), basename(path));
}

/**
 * What an import may call a file: TypeScript's `./a.js` is `a.ts`, and CommonJS leaves the extension out.
 * @param {string} path
 */
function spellings(path) {
  return [path, path.replace(/js(x?)$/, 'ts$1'), `${path}.ts`, `${path}.js`];
}

/**
 * None for what is no file, such as `https:` and malformed URLs.
 * @param {string} specifier
 * @param {string} base
 */
function toPaths(specifier, base) {
  try {
    return [isAbsolute(specifier) ? resolve(specifier) : fileURLToPath(new URL(specifier, base))];
  } catch {
    return [];
  }
}

/**
 * @param {string} dir
 * @param {string} path
 */
function isInside(dir, path) {
  return path === dir || path.startsWith(dir + sep);
}
