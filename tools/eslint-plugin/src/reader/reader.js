import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createAccesses } from './accesses.js';
import { createFlow } from './flow.js';
import { createMembers } from './members.js';
import { createNames } from './names.js';
import { UNKNOWN } from './nodes.js';
import { createStrings } from './strings.js';
import { createVariables } from './variables.js';

/** @typedef {import('./nodes.js').Node} Node */
/** @typedef {import('./variables.js').Value} Value */
/** @typedef {Extract<Node, { type: 'MemberExpression' }>} Access */

/**
 * Evaluates the expressions of one file as far as possible without running them.
 * @typedef {object} Reader
 * @property {import('eslint').SourceCode} sourceCode
 * @property {string} url The file, as a URL.
 * @property {string[]} cwds Folders from which the code may be run.
 * @property {Map<string, string>} known The values of names such as `__dirname`.
 * @property {(node: Node) => string[]} stringsOf The strings that an expression may yield, with `*` from the first unknown
 *   part on: `'a/' + b + 'c'` gives `a/*`.
 * @property {(node: Node) => string[]} namesOf What an expression may refer to outside the file: a global such as
 *   `jest.mock`, `import.meta.resolve`, or an export of a module, such as `child_process#fork`. Empty for anything else.
 * @property {(node: Node) => Node[]} sourcesOf The expressions that an expression may take its value from.
 * @property {(node: Node, key: string) => Node[]} membersOf What an expression may hold under a key; `*` is any.
 * @property {(node: Node) => Node[]} elementsOf The elements of a list, or the expression itself when it is not a list.
 * @property {(key: string) => Access[]} accessesTo Where the file reads or sets a member of this name.
 * @property {(identifier: import('./nodes.js').Identifier) => Value[]} valuesOf What a variable may hold.
 */

/**
 * @param {import('eslint').SourceCode} sourceCode
 * @param {string} file
 * @param {string[]} cwds
 * @returns {Reader}
 */
export function createReader(sourceCode, file, cwds) {
  const url = pathToFileURL(file).href;
  /** @type {Reader} */
  const reader = {
    sourceCode,
    url,
    cwds,
    known: new Map([
      ['__filename', file],
      ['__dirname', dirname(file)],
      ['module.filename', file],
      ['module.path', dirname(file)],
      ['import.meta.filename', file],
      ['import.meta.dirname', dirname(file)],
      ['import.meta.url', url],
    ]),
    stringsOf: memoize((node) => strings(node), [UNKNOWN]),
    namesOf: memoize((node) => names(node), []),
    sourcesOf: memoize((node) => flow.sourcesOf(node), []),
    membersOf: (node, key) => members.membersOf(node, key),
    elementsOf: (node) => members.elementsOf(node),
    accessesTo: createAccesses(sourceCode),
    valuesOf: (identifier) => variables(identifier),
  };
  const strings = createStrings(reader);
  const names = createNames(reader);
  const flow = createFlow(reader);
  const members = createMembers(reader);
  const variables = createVariables(reader);
  return reader;
}

/**
 * Reads each expression once. A value that depends on itself is unknown, so that `const a = b, b = a` terminates.
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
