import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UNKNOWN, asNode } from '../reader/nodes.js';
import { listOf } from '../reader/variables.js';
import { createReader } from '../reader/reader.js';

/** @typedef {import('eslint').SourceCode} SourceCode */
/** @typedef {import('../reader/nodes.js').Node} Node */
/** @typedef {import('../reader/reader.js').Reader} Reader */
/** @typedef {ReturnType<SourceCode['getAllComments']>[number]} Comment */

/**
 * A module that a file names.
 * @typedef {object} Reference
 * @property {Node | Comment} node Where it is named.
 * @property {string} specifier
 * @property {string[]} [bases] The URLs from which the specifier is read as a path, even without a leading `./`.
 * @property {boolean} [isGlob] Whether the specifier is a pattern of paths.
 * @property {boolean} [isPlain] Whether an unknown part of the path stands for nothing.
 */

// What ESLint calls the steps of a traversal.
const VISIT = 1;
const ENTER = 1;

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

/** The nodes to look at. */
const naming = new Set([...specifierKeys.keys(), 'CallExpression', 'NewExpression', 'TaggedTemplateExpression']);

/**
 * How a call names modules. Lists stand for their elements.
 * @typedef {{ node: Node, callee: Node, args: Node[], reader: Reader }} Call
 * @typedef {(call: Call) => Omit<Reference, 'specifier'>[]} Take
 */

/** @type {Take} */
const specifiers = ({ args, reader }) => args.flatMap(reader.elementsOf).map((node) => ({ node }));
/** @type {Take} */
const specifier = ({ args, ...call }) => specifiers({ args: args.slice(0, 1), ...call });
/**
 * A `require` that `createRequire()` made for another place reads relative paths from there.
 * @type {Take}
 */
const required = ({ callee, reader, ...call }) => {
  const makers = [callee, ...('object' in callee ? [asNode(callee.object)] : [])].flatMap(reader.sourcesOf);
  const bases = makers.flatMap((maker) => {
    if (maker.type !== 'CallExpression' || !maker.arguments[0]) return [];
    return /(^|\.)createRequire$/.test(reader.nameOf(asNode(maker.callee)))
      ? reader.textsOf(asNode(maker.arguments[0]))
      : [];
  });
  const urls = bases.map((base) => (isAbsolute(base) ? pathToFileURL(base).href : base));
  return specifier({ callee, reader, ...call }).flatMap(({ node }) => [
    { node },
    ...(urls.length > 0 && reader.textsOf(asNode(node)).some((text) => text.startsWith('.'))
      ? [{ node, bases: urls }]
      : []),
  ]);
};
/** @type {Take} */
const glob = (call) => specifier(call).map(({ node }) => ({ node, isGlob: true }));
/** @type {Take} */
const path = (call) => specifier(call).map(({ node }) => ({ node, bases: [call.reader.url] }));
/** @type {Take} */
const url = ({ args: [node, base], reader }) =>
  node ? [{ node, bases: base ? reader.textsOf(base) : [reader.url] }] : [];
/** @type {Take} */
const runPath = (call) => specifier(call).map(({ node }) => ({ node, bases: runBases(call.reader) }));
/** @type {Take} */
const command = ({ args, reader, ...call }) =>
  specifiers({ args: [...args, ...args.flatMap((arg) => reader.membersOf(arg, 'cwd'))], reader, ...call }).map(
    ({ node }) => ({ node, bases: runBases(reader) }),
  );
/** @type {(option: string) => Take} */
const optionPath =
  (option) =>
  ({ args, reader, ...call }) =>
    specifiers({ args: args.flatMap((arg) => reader.membersOf(arg, option)), reader, ...call }).map(({ node }) => ({
      node,
      bases: runBases(reader),
    }));
/** @type {Take} */
const absolutePath = ({ node, reader }) => (reader.textsOf(node).some(isAbsolute) ? [{ node, isPlain: true }] : []);

const mocks =
  'mock|unmock|doMock|dontMock|doUnmock|deepUnmock|setMock|requireActual|requireMock|importActual|importMock|' +
  'createMockFromModule|genMockFromModule|unstable_mockModule|unstable_unmockModule';

/**
 * Functions and classes that take modules, by dotted name.
 * @type {{ name: RegExp, take: Take, separator?: RegExp }[]}
 */
const callees = [
  { name: /(^|\.)(require|__non_webpack_require__)(\.(resolve|resolveWeak|ensure|import))?$/, take: required },
  { name: /(^|\.)(_load|_resolveFilename|tsImport)$/, take: specifier },
  { name: /^module\.(register|findPackageJSON)$/, take: specifier },
  { name: /^import\.meta\.(resolve|hot\.accept)$|(^|\.)module\.hot\.accept$/, take: specifier },
  { name: /^import\.meta\.(glob|globEager|webpackContext)$|(^|\.)require\.context$/, take: glob },
  { name: /(^|\.)(System|SystemJS)\.(import|resolve|register)$|(^|\.)(define|requirejs)$/, take: specifiers },
  { name: new RegExp(String.raw`(^|\.)(jest|vi|vitest)\.(${mocks})$`), take: specifier },
  { name: /(^|\.)mock\.module$/, take: specifier },
  { name: /^(proxyquire|esmock|rewire|rewiremock|quibble|(td|testdouble)\.replace(Esm)?)\b/, take: specifier },
  { name: /(^|\.)(createRequire|importScripts|addModule)$/, take: path },
  { name: /(^|\.)URL(\.parse)?$/, take: url },
  { name: /(^|\.)(Shared)?Worker$|(^|\.)fork$|^process\.chdir$/, take: runPath },
  { name: /(^|\.)require\.resolve$/, take: optionPath('paths') },
  { name: /(^|\.)setup(Primary|Master)$/, take: optionPath('exec') },
  { name: /(^|\.)(spawn|spawnSync|execFile|execFileSync|execa|execaSync|execaNode)$/, take: command, separator: /=/ },
  { name: /^(child_process\.)?(exec|execSync)$|^(zx\.|execa\.)?\$$/, take: command, separator: /[\s='"]+/ },
  { name: /^path(\/posix|\/win32)?\.(join|resolve)$/, take: absolutePath },
];

/** Functions that run text as code, and what the text names. */
const evaluators = /^((globalThis|window|global)\.)?(eval|Function|setTimeout|setInterval)$|^vm\.|(^|\.)Worker$/;
const evaluated = /\b(from|import|require(\.resolve)?)\s*\(?\s*(?<quote>['"`])(?<specifier>.+?)\k<quote>/g;

/**
 * Comments that tools read as imports, by how they begin.
 * @type {{ opening: string, pattern: RegExp, isPath?: true, inBraces?: true }[]}
 */
const comments = [
  { opening: '///', pattern: /<reference\s[^>]*?\btypes\s*=\s*(?<quote>['"])(?<specifier>.*?)\k<quote>/g },
  {
    opening: '///',
    pattern: /<(reference|amd-dependency)\s[^>]*?\bpath\s*=\s*(?<quote>['"])(?<specifier>.*?)\k<quote>/g,
    isPath: true,
  },
  { opening: '/**', pattern: /\bimport\(\s*(?<quote>['"])(?<specifier>.*?)\k<quote>/g, inBraces: true },
  { opening: '/**', pattern: /@import\s[^'"]*(?<quote>['"])(?<specifier>.*?)\k<quote>/g },
  { opening: '/*', pattern: /@(jest-environment|vitest-environment|jsxImportSource)\s+(?<specifier>\S+)/g },
  { opening: '//', pattern: /@(deno|ts)-types\s*=\s*(?<quote>['"])(?<specifier>.*?)\k<quote>/g },
];

/** @type {WeakMap<SourceCode, { file: string, cwds: string[], references: Reference[] }>} */
const found = new WeakMap();

/**
 * All modules that a file names. The rules that look at a file share what is found.
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
  for (const step of sourceCode.traverse()) {
    if (step.kind !== VISIT || step.phase !== ENTER) continue;
    const node = asNode(Object(step.target));
    if (naming.has(node.type)) references.push(...inNode(node, reader));
    if (isConfiguration) references.push(...inSetting(node, reader));
  }
  found.set(sourceCode, { file, cwds, references });
  return references;
}

/**
 * @param {Comment} comment
 * @param {Reader} reader
 * @returns {Reference[]}
 */
function inComment(comment, { sourceCode, url }) {
  const text = sourceCode.getText(asNode(comment));
  return comments
    .filter(({ opening }) => text.startsWith(opening))
    .flatMap(({ pattern, isPath, inBraces }) =>
      [...text.matchAll(pattern)]
        .filter(({ index }) => !inBraces || isInBraces(text.slice(0, index)))
        .map(({ groups }) => ({
          node: comment,
          specifier: groups?.['specifier'] ?? '',
          ...(isPath && { bases: [url] }),
        })),
    );
}

/**
 * @param {Node} node
 * @param {Reader} reader
 * @returns {Reference[]}
 */
function inNode(node, reader) {
  if (node.type === 'TaggedTemplateExpression') {
    return inCall(
      { node, callee: asNode(node.tag), args: [asNode(node.quasi)], reader },
      reader.nameOf(asNode(node.tag)),
    );
  }
  if (node.type === 'CallExpression' || node.type === 'NewExpression') {
    const args = node.arguments.map(asNode);
    if (args.length === 0) return [];
    const callee = asNode(node.callee);
    return calls(callee, args, reader).flatMap(({ name, args }) => inCall({ node, callee, args, reader }, name));
  }
  const key = specifierKeys.get(node.type);
  const named = key && Reflect.get(node, key);
  if (!named || (named.type !== 'Literal' && node.type !== 'ImportExpression')) return [];
  return read({ node: asNode(named) }, reader);
}

/**
 * A call, and what it calls by way of `call`, `apply`, `bind`, `Reflect` and methods such as `forEach`.
 * @param {Node} callee
 * @param {Node[]} args
 * @param {Reader} reader
 * @returns {{ name: string, args: Node[] }[]}
 */
function calls(callee, args, reader) {
  const name = reader.nameOf(callee);
  const [first, second, third] = args;
  const [, indirect = '', method] = /^(.+)\.(call|bind|apply)$/.exec(name) ?? [];
  if (method === 'apply' && indirect === 'Reflect')
    return first && third ? [{ name: reader.nameOf(first), args: reader.elementsOf(third) }] : [];
  if (method === 'apply') return second ? [{ name: indirect, args: reader.elementsOf(second) }] : [];
  if (method !== undefined) return [{ name: indirect, args: args.slice(1) }];
  const list = first && listOf(callee, first);
  return [
    { name, args },
    ...(list ? reader.elementsOf(list).map((element) => ({ name: reader.nameOf(first), args: [element] })) : []),
  ];
}

/**
 * @param {Call} call
 * @param {string} name
 * @returns {Reference[]}
 */
function inCall(call, name) {
  const { args, reader } = call;
  const references = callees
    .filter((form) => form.name.test(name))
    .flatMap(({ take, separator }) => take(call).flatMap((reference) => read(reference, reader, separator)));
  if (!evaluators.test(name)) return references;
  const texts = args.flatMap((node) => reader.textsOf(node).map((text) => ({ node, text })));
  return references.concat(
    texts.flatMap(({ node, text }) =>
      [...text.matchAll(evaluated)].map(({ groups }) => ({ node, specifier: groups?.['specifier'] ?? '' })),
    ),
  );
}

/**
 * In the configuration of a tool, such as Jest's `moduleNameMapper`, any string may name a module.
 * @param {Node} node
 * @param {Reader} reader
 * @returns {Reference[]}
 */
function inSetting(node, reader) {
  if (node.type !== 'Literal' || typeof node.value !== 'string') return [];
  const specifier = node.value.replace('<rootDir>', '.');
  return [{ node, specifier, ...(specifier.startsWith('.') && { bases: runBases(reader) }) }];
}

/**
 * @param {Omit<Reference, 'specifier'>} reference
 * @param {Reader} reader
 * @param {RegExp} [separator]
 * @returns {Reference[]}
 */
function read(reference, reader, separator) {
  const texts = reader.textsOf(asNode(reference.node));
  const words = separator ? texts.flatMap((text) => text.split(separator)) : texts;
  return words.filter((word) => word !== UNKNOWN).map((word) => ({ ...reference, specifier: word }));
}

/**
 * Where a path may be read from that a process or a worker gets.
 * @param {Reader} reader
 */
function runBases({ url, cwds }) {
  return [url, ...cwds.map((cwd) => pathToFileURL(`${cwd}/`).href)];
}

/** @param {string} text */
function isInBraces(text) {
  return text.split('{').length > text.split('}').length;
}
