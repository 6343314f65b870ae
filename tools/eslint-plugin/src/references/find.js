import { nodesOf } from '../reader/accesses.js';
import { asNode } from '../reader/nodes.js';
import { listOf } from '../reader/parameters.js';
import { createReader } from '../reader/reader.js';
import { inComment } from './comments.js';
import { loadedBy, specifiersIn } from './loaders.js';
import { inSetting } from './settings.js';

/** @typedef {import('eslint').SourceCode} SourceCode */
/** @typedef {import('../reader/nodes.js').Node} Node */
/** @typedef {import('../reader/reader.js').Reader} Reader */

/**
 * A module that a file names, as written. Where it leads is a `Place`.
 *
 * `jest.mock('../payments')` is `{ node: <the literal>, specifier: '../payments' }`.
 * @typedef {object} Reference
 * @property {Node | import('./comments.js').Comment} node Where it is named.
 * @property {string} specifier
 * @property {string[]} [bases] The URLs from which the specifier is read as a path, even without a leading `./`.
 * @property {boolean} [isGlob] Whether the specifier is a pattern of paths.
 * @property {boolean} [isPlain] Whether an unknown part of the path is taken as empty.
 */

/** The field of each kind of node that holds its specifier. */
const specifierKeys = new Map([
  ['ImportDeclaration', 'source'],
  ['ExportNamedDeclaration', 'source'],
  ['ExportAllDeclaration', 'source'],
  ['ImportExpression', 'source'],
  ['TSImportType', 'source'],
  ['TSExternalModuleReference', 'expression'],
  ['TSModuleDeclaration', 'id'],
]);

/** @type {WeakMap<SourceCode, { file: string, cwds: string[], references: Reference[] }>} */
const found = new WeakMap();

/**
 * All modules that a file names. The rules that check a file share the result.
 * @param {SourceCode} sourceCode
 * @param {string} file
 * @param {string[]} cwds Folders from which the code may be run.
 */
export function findReferences(sourceCode, file, cwds) {
  const before = found.get(sourceCode);
  if (before?.file === file && before.cwds.join() === cwds.join()) return before.references;

  const reader = createReader(sourceCode, file, cwds);
  const references = sourceCode.getAllComments().flatMap((comment) => inComment(comment, reader));
  const isConfiguration = /\.config\.[^.]+$/.test(file);
  for (const node of nodesOf(sourceCode)) {
    references.push(...inNode(node, reader));
    if (isConfiguration) references.push(...inSetting(node, reader));
  }
  found.set(sourceCode, { file, cwds, references });
  return references;
}

/**
 * @param {Node} node
 * @param {Reader} reader
 * @returns {Reference[]}
 */
function inNode(node, reader) {
  if (node.type === 'TaggedTemplateExpression') {
    const tag = asNode(node.tag);
    const call = { node, callee: tag, args: [asNode(node.quasi)], reader };
    return reader.namesOf(tag).flatMap((name) => loadedBy(name, call));
  }
  if (node.type === 'CallExpression' || node.type === 'NewExpression') {
    const args = node.arguments.map(asNode);
    if (args.length === 0) return [];
    const callee = asNode(node.callee);
    return callsIn(callee, args, reader).flatMap(({ name, args }) => loadedBy(name, { node, callee, args, reader }));
  }
  const key = specifierKeys.get(node.type);
  const named = key && Reflect.get(node, key);
  if (!named || (named.type !== 'Literal' && node.type !== 'ImportExpression')) return [];
  return specifiersIn({ node: asNode(named) }, reader);
}

/**
 * A call, and the function that it calls through `call`, `apply`, `bind`, `Reflect` or methods such as `forEach`.
 * @param {Node} callee
 * @param {Node[]} args
 * @param {Reader} reader
 * @returns {{ name: string, args: Node[] }[]}
 */
function callsIn(callee, args, reader) {
  const [first] = args;
  const list = first && listOf(callee, first);
  const elements = list ? reader.elementsOf(list) : [];
  return [
    ...reader.namesOf(callee).flatMap((name) => callOf(name, args, reader)),
    ...elements.flatMap((element) => reader.namesOf(first ?? element).map((name) => ({ name, args: [element] }))),
  ];
}

/**
 * @param {string} name
 * @param {Node[]} args
 * @param {Reader} reader
 */
function callOf(name, args, { namesOf, elementsOf }) {
  const [first, second, third] = args;
  const [, object = '', method] = /^(.+)\.(call|bind|apply)$/.exec(name) ?? [];
  if (method === undefined) return [{ name, args }];
  if (method !== 'apply') return [{ name: object, args: args.slice(1) }];
  if (object !== 'Reflect') return second ? [{ name: object, args: elementsOf(second) }] : [];
  return first && third ? namesOf(first).map((each) => ({ name: each, args: elementsOf(third) })) : [];
}
