import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isNamed } from '../reader/names.js';
import { UNKNOWN, asNode } from '../reader/nodes.js';

/** @typedef {import('../reader/nodes.js').Node} Node */
/** @typedef {import('../reader/reader.js').Reader} Reader */
/** @typedef {import('./find.js').Reference} Reference */

/**
 * A call, and how it names modules: the expressions that are specifiers, and how they are read. For a list, its elements
 * count.
 * @typedef {{ node: Node, callee: Node, args: Node[], reader: Reader }} Call
 * @typedef {(call: Call) => Omit<Reference, 'specifier'>[]} Take
 */

const mocks =
  'mock|unmock|doMock|dontMock|doUnmock|deepUnmock|setMock|requireActual|requireMock|importActual|importMock|' +
  'createMockFromModule|genMockFromModule|unstable_mockModule|unstable_unmockModule';

/**
 * Functions and classes that load modules or run files, by name: see `createNames`. What the file defines itself has no
 * such name, so its own methods never match.
 * @type {{ name: RegExp, take: Take, separator?: RegExp }[]}
 */
const loaders = [
  {
    name: /^(tsx\/cjs\/api#)?(require|__non_webpack_require__)(\.(resolve|resolveWeak|ensure|import|esmResolve))?$/,
    take: required,
  },
  { name: /^module#(_load|_resolveFilename|register|findPackageJSON)$|^tsx\/esm\/api#tsImport$/, take: specifier },
  { name: /^import\.meta\.(resolve|hot\.accept)$|^module\.hot\.accept$/, take: specifier },
  { name: /^import\.meta\.(glob|globEager|webpackContext)$|^require\.context$/, take: glob },
  { name: /^(systemjs#|(systemjs#)?System(JS)?\.)(import|resolve|register)$/, take: specifiers },
  { name: /^(define|requirejs|requirejs#(define)?)$/, take: specifiers },
  // Many packages re-export `jest`, but a file may use that name for anything of its own.
  { name: new RegExp(String.raw`^([^./#][^#]*#)?(jest|vi|vitest)\.(${mocks})$`), take: specifier },
  { name: /^((bun:)?test#)?mock\.module$/, take: specifier },
  { name: /^(proxyquire|esmock|rewire|rewiremock|quibble)([#.]|$)/, take: specifier },
  { name: /^(td|testdouble|testdouble#)\.?replace(Esm)?$/, take: specifier },
  { name: /^(module#)?createRequire$|^create-require#$|^importScripts$/, take: path },
  { name: /\b\w*[wW]orklet\.addModule$/, take: path },
  { name: /^URL(\.parse)?$/, take: url },
  { name: /^(worker_threads#|web-worker#)?(Shared)?Worker$|^web-worker#$|^child_process#fork$/, take: runPath },
  { name: /^process\.chdir$/, take: runPath },
  { name: /^require\.resolve$/, take: optionPath('paths') },
  { name: /^cluster#setup(Primary|Master)$/, take: optionPath('exec') },
  { name: /^child_process#(spawn|execFile)(Sync)?$|^execa#(execa(Sync|Node)?)?$/, take: command, separator: /=/ },
  { name: /^cross-spawn#(sync|spawn)?$|^(Bun\.|bun#)spawn(Sync)?$/, take: command, separator: /=/ },
  { name: /^child_process#exec(Sync)?$|^execa#execaCommand(Sync)?$/, take: command, separator: /[\s='"]+/ },
  { name: /^((zx|execa|bun)#|Bun\.)?\$$/, take: taggedCommand, separator: /[\s='"]+/ },
  { name: /^path#(join|resolve)$/, take: absolutePath },
];

/** Functions that run text as code, and what the text names. */
const evaluators = /^(eval|Function|setTimeout|setInterval)$|^vm#|^(worker_threads#)?Worker$/;
const evaluated = /\b(from|import|require(\.resolve)?)\s*\(?\s*(?<quote>['"`])(?<specifier>.+?)\k<quote>/g;

/**
 * What a call of a function with this name refers to.
 * @param {string} name
 * @param {Call} call
 * @returns {Reference[]}
 */
export function loadedBy(name, call) {
  const references = loaders
    .filter((loader) => loader.name.test(name))
    .flatMap(({ take, separator }) =>
      take(call).flatMap((reference) => specifiersIn(reference, call.reader, separator)),
    );
  return evaluators.test(name) ? [...references, ...inEvaluated(call)] : references;
}

/**
 * The specifiers that an expression may yield.
 * @param {Omit<Reference, 'specifier'>} reference
 * @param {Reader} reader
 * @param {RegExp} [separator]
 * @returns {Reference[]}
 */
export function specifiersIn(reference, reader, separator) {
  const strings = reader.stringsOf(asNode(reference.node));
  const words = separator ? strings.flatMap((text) => text.split(separator)) : strings;
  return words.filter((word) => word !== UNKNOWN).map((word) => ({ ...reference, specifier: word }));
}

/**
 * The folders from which a path given to a process or a worker may be read.
 * @param {Reader} reader
 */
export function runBases({ url, cwds }) {
  return [url, ...cwds.map((cwd) => pathToFileURL(`${cwd}/`).href)];
}

/**
 * @param {Call} call
 * @returns {Reference[]}
 */
function inEvaluated({ args, reader }) {
  const texts = args.flatMap((node) => reader.stringsOf(node).map((text) => ({ node, text })));
  return texts.flatMap(({ node, text }) =>
    [...text.matchAll(evaluated)].map(({ groups }) => ({ node, specifier: groups?.['specifier'] ?? '' })),
  );
}

/** @type {Take} */
function specifiers({ args, reader }) {
  return args.flatMap(reader.elementsOf).map((node) => ({ node }));
}

/** @type {Take} */
function specifier({ args, ...call }) {
  return specifiers({ args: args.slice(0, 1), ...call });
}

/**
 * A `require` that `createRequire()` made for another place resolves relative paths from there.
 * @type {Take}
 */
function required({ callee, reader, ...call }) {
  const makers = [callee, ...('object' in callee ? [asNode(callee.object)] : [])].flatMap(reader.sourcesOf);
  const bases = makers.flatMap((maker) => {
    if (maker.type !== 'CallExpression' || !maker.arguments[0]) return [];
    return isNamed(reader, maker.callee, /^(module#)?createRequire$/)
      ? reader.stringsOf(asNode(maker.arguments[0]))
      : [];
  });
  const urls = bases.map((base) => (isAbsolute(base) ? pathToFileURL(base).href : base));
  return specifier({ callee, reader, ...call }).flatMap(({ node }) => [
    { node },
    ...(urls.length > 0 && reader.stringsOf(asNode(node)).some((text) => text.startsWith('.'))
      ? [{ node, bases: urls }]
      : []),
  ]);
}

/** @type {Take} */
function glob(call) {
  return specifier(call).map(({ node }) => ({ node, isGlob: true }));
}

/** @type {Take} */
function path(call) {
  return specifier(call).map(({ node }) => ({ node, bases: [call.reader.url] }));
}

/** @type {Take} */
function url({ args: [node, base], reader }) {
  return node ? [{ node, bases: base ? reader.stringsOf(base) : [reader.url] }] : [];
}

/** @type {Take} */
function runPath(call) {
  return specifier(call).map(({ node }) => ({ node, bases: runBases(call.reader) }));
}

/**
 * @param {string} option
 * @returns {Take}
 */
function optionPath(option) {
  return ({ args, reader, ...call }) => {
    const paths = args.flatMap((arg) => reader.membersOf(arg, option));
    return specifiers({ args: paths, reader, ...call }).map(({ node }) => ({ node, bases: runBases(reader) }));
  };
}

/** @type {Take} */
function command({ args, reader, ...call }) {
  const folders = args.flatMap((arg) => reader.membersOf(arg, 'cwd'));
  return specifiers({ args: [...args, ...folders], reader, ...call }).map(({ node }) => ({
    node,
    bases: runBases(reader),
  }));
}

/**
 * `$('…')` is jQuery's.
 * @type {Take}
 */
function taggedCommand(call) {
  return call.node.type === 'TaggedTemplateExpression' ? command(call) : [];
}

/** @type {Take} */
function absolutePath({ node, reader }) {
  return reader.stringsOf(node).some(isAbsolute) ? [{ node, isPlain: true }] : [];
}
