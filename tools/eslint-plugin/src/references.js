/** @typedef {import('./variables.js').Node} Node */
/** @typedef {import('./reader.js').Reader} Reader */

/**
 * A module that a file names.
 * @typedef {object} Reference
 * @property {string} specifier
 * @property {string} [base] The URL from which the specifier is read as a path, even without a leading `./`.
 */

/** Selectors of the nodes that are specifiers by syntax. */
export const specifierSelectors = [
  'ImportDeclaration > Literal.source',
  'ExportNamedDeclaration > Literal.source',
  'ExportAllDeclaration > Literal.source',
  'ImportExpression > *.source',
  'TSImportType > Literal.source',
  'TSExternalModuleReference > Literal.expression',
  'TSModuleDeclaration > Literal.id',
];

/**
 * Functions and classes whose first argument is a specifier, by dotted name. With a `base` it is a path.
 * @type {{ name: RegExp, base?: (reader: Reader, args: Node[]) => string }[]}
 */
const callees = [
  { name: /(^|\.)require(\.resolve|\.context)?$/ },
  { name: /^import\.meta\.(resolve|glob)$/ },
  { name: /(^|\.)jest\.(mock|unmock|doMock|dontMock|deepUnmock|setMock)$/ },
  { name: /(^|\.)jest\.(requireActual|requireMock|createMockFromModule)$/ },
  { name: /(^|\.)jest\.(unstable_mockModule|unstable_unmockModule)$/ },
  { name: /(^|\.)vi\.(mock|unmock|doMock|doUnmock|importActual|importMock)$/ },
  { name: /(^|\.)mock\.module$/ },
  { name: /(^|\.)createRequire$/, base: (reader) => reader.url },
  { name: /(^|\.)(Shared)?Worker$/, base: (reader) => reader.url },
  { name: /(^|\.)URL$/, base: (reader, [, base]) => (base ? reader.textOf(base) : reader.url) },
];

/**
 * Comments that tools read as imports, by how they begin.
 * @type {{ opening: string, pattern: RegExp, isPath?: true }[]}
 */
const comments = [
  { opening: '///', pattern: /<reference\s+types\s*=\s*(?<quote>['"])(?<specifier>.*?)\k<quote>/g },
  { opening: '///', pattern: /<reference\s+path\s*=\s*(?<quote>['"])(?<specifier>.*?)\k<quote>/g, isPath: true },
  { opening: '/**', pattern: /\bimport\((?<=\{[^}]*)\s*(?<quote>['"])(?<specifier>.*?)\k<quote>/g },
  { opening: '/**', pattern: /@import\s[^'"]*(?<quote>['"])(?<specifier>.*?)\k<quote>/g },
];

/**
 * @param {Extract<Node, { type: 'CallExpression' | 'NewExpression' }>} node
 * @param {Reader} reader
 * @returns {Reference[]}
 */
export function referencesOfCall({ callee, arguments: args }, reader) {
  const [first] = args;
  if (!first) return [];
  const name = reader.nameOf(callee);
  return callees
    .filter((form) => form.name.test(name))
    .map((form) => ({ specifier: reader.textOf(first), ...(form.base && { base: form.base(reader, args) }) }));
}

/**
 * @param {string} text A comment with its delimiters.
 * @param {Reader} reader
 * @returns {Reference[]}
 */
export function referencesOfComment(text, reader) {
  return comments
    .filter(({ opening }) => text.startsWith(opening))
    .flatMap(({ pattern, isPath }) =>
      [...text.matchAll(pattern)].map(({ groups }) => ({
        specifier: groups?.['specifier'] ?? '',
        ...(isPath && { base: reader.url }),
      })),
    );
}
