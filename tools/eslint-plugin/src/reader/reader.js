import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createNames } from './names.js';
import { UNKNOWN } from './nodes.js';
import { createSources } from './flow.js';
import { createTexts } from './strings.js';

/** @typedef {import('./nodes.js').Node} Node */

/**
 * Tells what the expressions of one file come to, as far as that shows without running them.
 * @typedef {object} Reader
 * @property {import('eslint').SourceCode} sourceCode
 * @property {string} url The file, as a URL.
 * @property {string[]} cwds Folders from which the code may be run.
 * @property {Map<string, string>} known What names such as `__dirname` stand for.
 * @property {(node: Node) => string[]} textsOf The strings an expression may come to, each with `*` from the first unknown
 *   part on: `'a/' + b + 'c'` gives `a/*`.
 * @property {(node: Node) => string} nameOf The dotted name of a function, also under an alias, after the module it is
 *   imported from: `jest.mock`, `import.meta.resolve`, `child_process.fork`. Empty when it has none.
 * @property {(node: Node) => Node[]} sourcesOf The expressions from which an expression may get its value.
 * @property {(node: Node, key: string) => Node[]} membersOf What an expression may hold under a key; `*` is any.
 * @property {(node: Node) => Node[]} elementsOf The elements of a list, or the expression itself when it is none.
 */

/**
 * @param {import('eslint').SourceCode} sourceCode
 * @param {string} file
 * @param {string[]} cwds
 * @returns {Reader}
 */
export function createReader(sourceCode, file, cwds) {
  const url = pathToFileURL(file).href;
  const known = new Map([
    ['__filename', file],
    ['__dirname', dirname(file)],
    ['module.filename', file],
    ['module.path', dirname(file)],
    ['import.meta.filename', file],
    ['import.meta.dirname', dirname(file)],
    ['import.meta.url', url],
  ]);
  /** @type {Reader} */
  const reader = {
    sourceCode,
    url,
    cwds,
    known,
    textsOf: memoize((node) => texts(node), [UNKNOWN]),
    nameOf: memoize((node) => names(node), ''),
    sourcesOf: memoize((node) => sources.sourcesOf(node), []),
    membersOf: (node, key) => sources.membersOf(node, key),
    elementsOf: (node) => sources.elementsOf(node),
  };
  const texts = createTexts(reader);
  const names = createNames(reader);
  const sources = createSources(reader);
  return reader;
}

/**
 * Each expression is read once. What it comes to by way of itself is unknown, so that `const a = b, b = a` ends.
 * @template T
 * @param {(node: Node) => T} read
 * @param {T} unknown
 * @returns {(node: Node) => T}
 */
function memoize(read, unknown) {
  /** @type {Map<Node, T>} */
  const results = new Map();
  return (node) => {
    const result = results.get(node);
    if (result !== undefined) return result;
    results.set(node, unknown);
    const value = read(node);
    results.set(node, value);
    return value;
  };
}
