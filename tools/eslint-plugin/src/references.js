import { asNode, keyName } from './reader/nodes.js';
import { iterationOf } from './reader/variables.js';
import { createReader } from './reader.js';

/** @typedef {import('eslint').SourceCode} SourceCode */
/** @typedef {import('./reader/nodes.js').Node} Node */
/** @typedef {import('./reader.js').Reader} Reader */
/** @typedef {Extract<Node, { type: 'CallExpression' | 'NewExpression' }>} Call */
/** @typedef {ReturnType<SourceCode['getAllComments']>[number]} Comment */

/**
 * A module that a file names.
 * @typedef {object} Reference
 * @property {Node | Comment} node Where it is named.
 * @property {string} specifier
 * @property {string[]} [bases] The URLs from which the specifier is read as a path, even without a leading `./`.
 * @property {boolean} [isGlob] Whether the specifier is a pattern of paths.
 */

/** Where the nodes that are specifiers by syntax hold them. */
const specifierKeys = new Map([
  ['ImportDeclaration', 'source'],
  ['ExportNamedDeclaration', 'source'],
  ['ExportAllDeclaration', 'source'],
  ['ImportExpression', 'source'],
  ['TSImportType', 'source'],
  ['TSExternalModuleReference', 'expression'],
  ['TSModuleDeclaration', 'id'],
]);

/**
 * How a function's arguments name modules. Lists stand for their elements.
 * @typedef {(call: { args: Node[], reader: Reader }) => Omit<Reference, 'specifier'>[]} Arguments
 */

/** @type {Arguments} */
const specifier = ({ args, reader }) => elements(args.slice(0, 1), reader);
/** @type {Arguments} */
const specifiers = ({ args, reader }) => elements(args, reader);
/** @type {Arguments} */
const path = (call) => specifier(call).map((argument) => ({ ...argument, bases: [call.reader.url] }));
/** @type {Arguments} */
const cwdPath = (call) => specifier(call).map((argument) => ({ ...argument, bases: basesOf(call.reader) }));
/** @type {Arguments} */
const glob = (call) => specifier(call).map((argument) => ({ ...argument, isGlob: true }));
/** @type {Arguments} */
const url = ({ args: [first, base], reader }) =>
  first ? [{ node: first, bases: base ? reader.textsOf(base) : [reader.url] }] : [];
/** @type {Arguments} */
const command = ({ args, reader }) =>
  elements([...args, ...args.flatMap((options) => reader.membersOf(options, 'cwd'))], reader).map((argument) => ({
    ...argument,
    bases: basesOf(reader),
  }));

const mocks =
  'mock|unmock|doMock|dontMock|doUnmock|deepUnmock|setMock|requireActual|requireMock|importActual|importMock|' +
  'createMockFromModule|genMockFromModule|unstable_mockModule|unstable_unmockModule';
const processes = 'spawn|spawnSync|execFile|execFileSync|execa|execaSync|execaNode';

/**
 * Functions and classes that take modules, by dotted name. Most take one as the first argument.
 * @type {{ name: RegExp, take: Arguments, split?: RegExp }[]}
 */
const callees = [
  { name: /(^|\.)(require|__non_webpack_require__)(\.(resolve|resolveWeak|ensure|import))?$/, take: specifier },
  { name: /(^|\.)(_load|_resolveFilename)$/, take: specifier },
  { name: /^module\.(register|findPackageJSON)$/, take: specifier },
  { name: /^import\.meta\.(resolve|hot\.accept)$|(^|\.)module\.hot\.accept$/, take: specifier },
  { name: /^import\.meta\.(glob|globEager)$/, take: glob },
  { name: /(^|\.)require\.context$|^import\.meta\.webpackContext$/, take: glob },
  { name: /(^|\.)(System|SystemJS)\.(import|resolve|register)$|(^|\.)(define|requirejs)$/, take: specifiers },
  { name: new RegExp(`(^|\\.)(jest|vi|vitest)\\.(${mocks})$`), take: specifier },
  { name: /(^|\.)mock\.module$/, take: specifier },
  { name: /^(proxyquire|esmock|rewire|rewiremock|quibble|td\.replace|testdouble\.replace)/, take: specifier },
  { name: /(^|\.)tsImport$/, take: specifier },
  { name: /(^|\.)createRequire$/, take: path },
  { name: /(^|\.)(importScripts|addModule)$/, take: path },
  { name: /(^|\.)URL(\.parse)?$/, take: url },
  { name: /(^|\.)(Shared)?Worker$|(^|\.)fork$|^process\.chdir$/, take: cwdPath },
  { name: new RegExp(`(^|\\.)(${processes})$`), take: command, split: /[\s=]+/ },
  { name: /^(child_process\.)?(exec|execSync)$/, take: command, split: /[\s='"]+/ },
  { name: /^path(\/posix|\/win32)?\.(join|resolve)$/, take: ({ args, reader }) => anchored(args, reader) },
];

/** Functions that run text as code. */
const evaluators = /^((globalThis|window|global)\.)?(eval|Function|setTimeout|setInterval)$|^vm\.|(^|\.)Worker$/;
const quotedInCode = /\b(?:from|import|require(?:\.resolve)?)\s*\(?\s*(?<quote>['"`])(?<specifier>.+?)\k<quote>/g;

/**
 * Comments that tools read as imports, by how they begin.
 * @type {{ opening: string, pattern: RegExp, isPath?: true }[]}
 */
const comments = [
  { opening: '///', pattern: /<reference\s+types\s*=\s*(?<quote>['"])(?<specifier>.*?)\k<quote>/g },
  { opening: '///', pattern: /<(reference|amd-dependency)\s+path\s*=\s*(?<quote>['"])(?<specifier>.*?)\k<quote>/g, isPath: true },
  { opening: '/**', pattern: /\bimport\((?<=\{.*)\s*(?<quote>['"])(?<specifier>.*?)\k<quote>/gs },
  { opening: '/**', pattern: /@import\s[^'"]*(?<quote>['"])(?<specifier>.*?)\k<quote>/g },
  { opening: '/*', pattern: /@(jest-environment|vitest-environment|jsxImportSource)\s+(?<specifier>\S+)/g },
  { opening: '//', pattern: /@(deno|ts)-types\s*=\s*(?<quote>['"])(?<specifier>.*?)\k<quote>/g },
];

/** @type {WeakMap<SourceCode, { cwds: string, references: Reference[] }>} */
const found = new WeakMap();

/**
 * All modules that a file names, in the order of the file. The rules of one run share what is found.
 * @param {SourceCode} sourceCode
 * @param {string} file
 * @param {string[]} cwds Folders from which the code may be run.
 */
export function findReferences(sourceCode, file, cwds) {
  const before = found.get(sourceCode);
  if (before?.cwds === cwds.join()) return before.references;
  const reader = createReader(sourceCode, file, cwds);
  const references = [
    ...sourceCode.getAllComments().flatMap((comment) => referencesOfComment(comment, reader)),
    ...nodesOf(sourceCode).flatMap((node) => referencesOfNode(node, reader)),
  ];
  found.set(sourceCode, { cwds: cwds.join(), references });
  return references;
}

/** @param {SourceCode} sourceCode */
function nodesOf(sourceCode) {
  /** @type {Node[]} */
  const nodes = [asNode(sourceCode.ast)];
  for (const node of nodes) {
    for (const key of sourceCode.visitorKeys[node.type] ?? []) {
      const child = Reflect.get(node, key);
      nodes.push(...[child].flat().filter(Boolean));
    }
  }
  return nodes;
}

/**
 * @param {Node} node
 * @param {Reader} reader
 * @returns {Reference[]}
 */
function referencesOfNode(node, reader) {
  if (node.type === 'CallExpression' || node.type === 'NewExpression') return referencesOfCall(node, reader);
  if (node.type === 'TaggedTemplateExpression') return referencesOfShell(node, reader);
  const key = specifierKeys.get(node.type);
  const named = key && Reflect.get(node, key);
  if (!named || (node.type !== 'ImportExpression' && named.type !== 'Literal')) return [];
  return reader.textsOf(named).map((text) => ({ node: named, specifier: text }));
}
