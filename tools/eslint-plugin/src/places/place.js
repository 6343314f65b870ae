import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { URL, fileURLToPath, pathToFileURL } from 'node:url';
import { expand } from '../aliases.js';
import { UNKNOWN } from '../reader/nodes.js';

/** @typedef {Pick<import('../references/find.js').Reference, 'specifier' | 'bases' | 'isGlob' | 'isPlain'>} Reference */
/** @typedef {import('../aliases.js').Alias} Alias */

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
 * @param {{ readAliases: (dir: string) => Alias[], placeOf: (path: string) => Place }} workspace
 */
export function createLocator(file, dirs, { readAliases, placeOf }) {
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
    if (bases || isPath(specifier)) {
      const paths = (bases ?? [url]).flatMap((base) => toPaths(specifier, base));
      return paths.map(reference.isPlain ? placeOf : pathPlace);
    }
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
   * A path whose next folder is unknown may lead into each folder.
   * @param {string} path
   */
  function pathPlace(path) {
    return path.endsWith(`${sep}${UNKNOWN}`) ? { ...globPlace(path), isUnknown: true } : placeOf(path);
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
  const realPath = realPathOf(path);
  return { path, realPath, packagePath: packagePathIn(realPath) ?? packagePathIn(path) ?? '' };
}

/** @param {string} path */
function packagePathIn(path) {
  const [, ...packagePaths] = path.replaceAll('\\', '/').split('/node_modules/');
  return packagePaths.at(-1);
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
 * Finds the area that contains a place, without a look at all others. None is inside another.
 * @template {Area} A
 * @param {A[]} areas
 */
export function createIndex(areas) {
  const byDir = new Map(areas.flatMap((area) => [area.dir, area.realDir].map((dir) => [dir, area])));
  const byName = new Map(areas.flatMap((area) => area.names.map((name) => [name, area])));

  /**
   * @param {Place} place
   * @param {A} [except]
   * @returns {A | undefined}
   */
  return function find(place, except) {
    if (place.isGlob) return areas.find((area) => area !== except && contains(area, place));
    const [name = ''] = /^(@[^/]+\/)?[^/]+/.exec(place.packagePath) ?? [];
    return [above(place.path), above(place.realPath), byName.get(name)].find((area) => area && area !== except);
  };

  /**
   * @param {string} path
   * @returns {A | undefined}
   */
  function above(path) {
    return byDir.get(path) ?? (path === dirname(path) ? undefined : above(dirname(path)));
  }
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
    return [resolve(isAbsolute(specifier) ? specifier : fileURLToPath(new URL(specifier, base)))];
  } catch {
    return [];
  }
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
