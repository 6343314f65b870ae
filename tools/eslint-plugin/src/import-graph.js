import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Reads the relative specifiers that the code of a file imports. @typedef {(text: string, file: string) => string[]} Parse */

/**
 * The relative imports of a file. At first these include everything that looks like an import, even in comments, because
 * parsing every file would take longer than all other rules together.
 * @typedef {object} Imports
 * @property {string} text
 * @property {string[]} files
 * @property {boolean} isExact Whether the file was parsed.
 */

/** How long a file that was read stays cached, in milliseconds, so that a run over many files reads each once. */
const MAX_PAUSE = 500;

const looksLikeImport = /\b(?:from|import|require)\b[\s(]*(['"`])(\.{1,2}(?:\/[^'"`\n]*)?)\1/g;
const sources = /\.[cm]?[jt]sx?$/;
const endings = [
  '',
  '.ts',
  '.tsx',
  '.js',
  '.jsx',
  '.mts',
  '.mjs',
  '.cts',
  '.cjs',
  '/index.ts',
  '/index.tsx',
  '/index.js',
];

/** @param {() => number} [now] */
export function createImportGraph(now = () => Date.now()) {
  /** @type {Map<string, Imports>} */
  const known = new Map();
  let usedAt = -Infinity;

  /**
   * The shortest path of imports from one file to another, both included.
   * @param {string} from
   * @param {string} to
   * @param {Parse} parse
   * @returns {string[] | undefined}
   */
  return function findPath(from, to, parse) {
    if (now() - usedAt > MAX_PAUSE) known.clear();
    for (;;) {
      const path = search(from, to);
      const unsure = path?.slice(0, -1).filter((file) => !importsOf(file).isExact) ?? [];
      for (const file of unsure) known.set(file, exact(file, importsOf(file).text, parse));
      usedAt = now();
      if (unsure.length === 0) return path;
    }
  };

  /**
   * @param {string} from
   * @param {string} to
   */
  function search(from, to) {
    /** @type {Map<string, string | undefined>} */
    const before = new Map([[from, undefined]]);
    for (const file of before.keys()) {
      if (file === to) return wayBack(before, to);
      for (const next of importsOf(file).files) if (!before.has(next)) before.set(next, file);
    }
    return undefined;
  }

  /** @param {string} file */
  function importsOf(file) {
    const imports = known.get(file) ?? guess(file);
    known.set(file, imports);
    return imports;
  }
}

/**
 * The file that a relative specifier names, either as it is on disk or as it will be once compiled.
 * @param {string} file
 * @param {string} specifier
 */
export function resolveImport(file, specifier) {
  const path = resolve(dirname(file), specifier);
  const uncompiled = path.replace(/\.([cm]?)js(x?)$/, '.$1ts$2');
  const candidates =
    uncompiled === path ? endings.map((ending) => `${path}${ending}`) : [path, uncompiled, `${uncompiled}x`];
  return candidates.find((one) => sources.test(one) && statSync(one, { throwIfNoEntry: false })?.isFile());
}

/**
 * @param {string} file
 * @returns {Imports}
 */
function guess(file) {
  const text = readFileSync(file, 'utf8');
  const specifiers = [...text.matchAll(looksLikeImport)].map(([, , specifier = '']) => specifier);
  return { text, files: resolveAll(file, specifiers), isExact: false };
}

/**
 * @param {string} file
 * @param {string} text
 * @param {Parse} parse
 * @returns {Imports}
 */
function exact(file, text, parse) {
  return { text, files: resolveAll(file, parse(text, file)), isExact: true };
}

/**
 * @param {string} file
 * @param {string[]} specifiers
 */
function resolveAll(file, specifiers) {
  return [...new Set(specifiers)].flatMap((specifier) => resolveImport(file, specifier) ?? []);
}

/**
 * @param {Map<string, string | undefined>} before
 * @param {string} to
 */
function wayBack(before, to) {
  /** @type {string[]} */
  const path = [];
  for (let file = /** @type {string | undefined} */ (to); file !== undefined; file = before.get(file))
    path.unshift(file);
  return path;
}
