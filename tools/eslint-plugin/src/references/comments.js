import { asNode } from '../reader/nodes.js';

/** @typedef {ReturnType<import('eslint').SourceCode['getAllComments']>[number]} Comment */
/** @typedef {import('./find.js').Reference} Reference */

const quoted = String.raw`(?<quote>['"])(?<specifier>.*?)\k<quote>`;

/**
 * Comments that tools read as imports, by their opening characters.
 * @type {{ opening: string, pattern: RegExp, isPath?: true, isType?: true }[]}
 */
const forms = [
  { opening: '///', pattern: new RegExp(String.raw`<reference\s[^>]*?\btypes\s*=\s*${quoted}`, 'g') },
  {
    opening: '///',
    pattern: new RegExp(String.raw`<(reference|amd-dependency)\s[^>]*?\bpath\s*=\s*${quoted}`, 'g'),
    isPath: true,
  },
  { opening: '/**', pattern: new RegExp(String.raw`\bimport\(\s*${quoted}`, 'g'), isType: true },
  {
    opening: '/**',
    pattern: new RegExp(String.raw`@import\s+(?:type\s+)?(?:[\w$*{},\s]|\bas\b)*?\bfrom\s+${quoted}`, 'g'),
  },
  { opening: '/*', pattern: /@(jest-environment|vitest-environment|jsxImportSource)\s+(?<specifier>\S+)/g },
  { opening: '//', pattern: new RegExp(String.raw`@(deno|ts)-types\s*=\s*${quoted}`, 'g') },
];

/** JSDoc tags whose braces hold text instead of a type. */
const prose = /^(link|linkcode|linkplain|see|example|inheritDoc|code)$/;

/**
 * @param {Comment} comment
 * @param {import('../reader/reader.js').Reader} reader
 * @returns {Reference[]}
 */
export function inComment(comment, { sourceCode, url }) {
  const text = sourceCode.getText(asNode(comment));
  return forms
    .filter(({ opening }) => text.startsWith(opening))
    .flatMap(({ pattern, isPath, isType }) =>
      (isType ? typesIn(text) : [text])
        .flatMap((part) => [...part.matchAll(pattern)])
        .map(({ groups }) => ({
          node: comment,
          specifier: groups?.['specifier'] ?? '',
          ...(isPath && { bases: [url] }),
        })),
    );
}

/**
 * The types that tags give, such as `{import('a').B}` in `@param {import('a').B} c`.
 * @param {string} text
 */
function typesIn(text) {
  return [...text.matchAll(/@(\w+)\s*(?=\{)/g)]
    .filter(([, tag = '']) => !prose.test(tag))
    .map(({ 0: tag, index }) => inBraces(text.slice(index + tag.length)));
}

/**
 * The text up to the brace that closes its first one.
 * @param {string} text
 */
function inBraces(text) {
  let depth = 0;
  for (const { 0: brace, index } of text.matchAll(/[{}]/g)) {
    depth += brace === '{' ? 1 : -1;
    if (depth === 0) return text.slice(0, index);
  }
  return text;
}
