import { isAbsolute, join, resolve, sep } from 'node:path';
import { URL, fileURLToPath, pathToFileURL } from 'node:url';
import { expand } from '../aliases.js';
import { UNKNOWN } from '../reader/nodes.js';
import { globPlace } from './place.js';

/** @typedef {Pick<import('../references/find.js').Reference, 'specifier' | 'bases' | 'isGlob' | 'isPlain'>} Reference */
/** @typedef {import('../aliases.js').Alias} Alias */
/** @typedef {import('./place.js').Place} Place */

/** How many aliases are followed in a row. */
const MAX_ALIASES = 4;

/**
 * Finds where the specifiers of a file may lead. It goes by names and paths instead of resolving them: pnpm links only what
 * is declared, so a resolver cannot tell another slice from any missing package.
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
   * A path whose next folder is unknown may lead into any folder.
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
 * Strips what bundlers and other runtimes add: loaders before `!`, `?raw`, `npm:`, `/@fs`.
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
 * Empty for anything that is not a file, such as `https:` and malformed URLs.
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
