import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { URL, fileURLToPath, pathToFileURL } from 'node:url';
import { expand } from './aliases.js';
import { UNKNOWN } from './reader/nodes.js';

/** @typedef {Pick<import('./references.js').Reference, 'specifier' | 'bases' | 'isGlob'>} Reference */
/** @typedef {import('./aliases.js').Alias} Alias */

/**
 * A path, where it really is, and what it names when it leads through node_modules. `isUnknown` tells of a glob that it
 * stands for what only a run would tell.
 * @typedef {{ path: string, realPath: string, packagePath: string, isGlob?: boolean, isUnknown?: boolean }} Place
 */

/**
 * A folder, and the names by which its modules can be imported.
 * @typedef {{ dir: string, realDir: string, names: string[] }} Area
 */

/** As many aliases may stand for each other. */
const MAX_ALIASES = 4;

/**
 * Tells where the specifiers of a file may lead. Names and paths decide, not resolution: pnpm does not link what is not
 * declared, so to a resolver another slice looks like any missing package.
 * @param {string} file
 * @param {string[]} dirs The folders of its package and of the workspace.
 * @param {(dir: string) => Alias[]} readAliases
 */
export function createLocator(file, dirs, readAliases) {
  const url = pathToFileURL(file).href;
  /** @type {Alias[] | undefined} */
  let aliases;

  return placesOf;

  /**
   * @param {Reference} reference
   * @returns {Place[]}
   */
  function placesOf(reference, depth = 0) {
    const specifier = clean(reference);
    if (specifier === '') return [];
    const { bases, isGlob } = reference;
    if (isGlob && isPath(specifier)) return globsOf(specifier, bases).map(globPlace);
    if (bases || isPath(specifier)) return (bases ?? [url]).flatMap((base) => toPaths(specifier, base)).map(pathPlace);
    aliases ??= dirs.flatMap(readAliases);
    const meant = depth < MAX_ALIASES ? aliases.flatMap((alias) => expand(alias, specifier)) : [];
    return [
      ...dirs.map((dir) => placeOf(join(dir, 'node_modules', specifier))),
      ...meant.flatMap(({ base, ...alias }) =>
        placesOf({ ...alias, ...(base && { bases: [base] }), ...(isGlob && { isGlob }) }, depth + 1),
      ),
    ];
  }

  /**
   * @param {string} pattern
   * @param {string[]} bases
   */
  function globsOf(pattern, bases = [url]) {
    const fromFile = bases.map((base) => resolve(fileURLToPath(new URL('.', base)), pattern));
    return pattern.startsWith('/') ? [pattern, ...dirs.map((dir) => join(dir, pattern))] : fromFile;
  }
}

/**
 * @param {string} path
 * @returns {Place}
 */
export function placeOf(path) {
  const [, ...packagePaths] = path.replaceAll('\\', '/').split('/node_modules/');
  return { path, realPath: realPathOf(path), packagePath: packagePaths.at(-1) ?? '' };
}

/**
 * @param {Area} area
 * @param {Place} place
 */
export function contains({ dir, realDir, names }, { path, realPath, packagePath, isGlob }) {
  if (isGlob) return reaches(path, dir) || reaches(path, realDir);
  return (
    isInside(dir, path) ||
    isInside(realDir, realPath) ||
    names.some((name) => packagePath === name || packagePath.startsWith(`${name}/`))
  );
}

/**
 * @param {string} dir
 * @param {string} path
 */
export function isInside(dir, path) {
  return path === dir || path.startsWith(dir + sep);
}

/**
 * @param {string} path
 * @returns {string}
 */
export function realPathOf(path) {
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
 * Without what bundlers and other runtimes add: loaders before `!`, `?raw`, `npm:`, `/@fs`.
 * @param {Reference} reference
 */
function clean({ specifier, bases, isGlob }) {
  if (isGlob) return specifier.startsWith('!') ? '' : specifier;
  const plain = (specifier.split('!').at(-1) ?? '').replace(/^(npm:|\/@fs(?=\/))/, '');
  return bases || isPath(plain) ? plain : plain.replace(/(?<=.)[?#].*$/, '');
}

/** @param {string} specifier */
export function isPath(specifier) {
  return isAbsolute(specifier) || /^(\.{1,2}(\/|\\|$)|file:)/.test(specifier);
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
 * A path whose next folder is unknown may lead into each folder.
 * @param {string} path
 */
function pathPlace(path) {
  return path.endsWith(`${sep}${UNKNOWN}`) ? { ...globPlace(path), isUnknown: true } : placeOf(path);
}

/**
 * @param {string} path
 * @returns {Place}
 */
function globPlace(path) {
  return { path, realPath: path, packagePath: '', isGlob: true };
}

/**
 * @param {string} pattern
 * @param {string} dir
 */
function reaches(pattern, dir) {
  const segments = pattern.split(sep);
  return dir.split(sep).every((name, i) => {
    const globstar = segments.indexOf('**');
    return (globstar >= 0 && globstar <= i) || segmentMatches(segments[i], name);
  });
}

/**
 * @param {string | undefined} segment
 * @param {string} name
 */
function segmentMatches(segment, name) {
  if (segment === undefined || segment === name) return segment === name;
  if (!/[*?{[(]/.test(segment)) return false;
  // Extended patterns such as `!(a)` and `[a-z]` are taken to match anything.
  if (/[[(]/.test(segment)) return true;
  const source = segment
    .replace(/[.+^$|\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
    .replace(/\{([^}]*)\}/g, (_braces, names) => `(${names.replaceAll(',', '|')})`);
  return new RegExp(`^${source}$`).test(name);
}
