import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readVersion } from './aliases.js';

/** @typedef {import('@humanwhocodes/momoa').DocumentNode} DocumentNode */
/** @typedef {import('@humanwhocodes/momoa').ValueNode} ValueNode */
/** @typedef {import('./places.js').Reference} Reference */

/**
 * A string in a JSON file, and the keys that lead to it. The keys of an object are strings in it, too.
 * @typedef {{ node: import('@humanwhocodes/momoa').AnyNode, text: string, keys: string[], isKey: boolean }} Text
 */

/** A package or a path that a JSON file names. @typedef {{ node: Text['node'], field: string, reference: Reference }} Name */

/** Fields of package.json for people. */
const PROSE = /^(name|version|description|keywords|homepage|repository|bugs|author|contributors|maintainers|funding)$/;

/** Fields of package.json with packages as keys, and those with packages as values. */
const PACKAGE_KEYS = /^(dependencies|(dev|peer|optional)Dependencies|(peerD|d)ependenciesMeta|overrides|resolutions|pnpm|browser)$/;
const PACKAGE_VALUES = /^(bundled?Dependencies|imports|exports|browser|jest|eslintConfig|prettier|tsd|nyc)$/;

/** Options of tsconfig.json with packages as values. */
const PACKAGE_OPTIONS = /^(extends|types|plugins|jsxImportSource)$/;

/**
 * What a package.json names: packages where packages stand, and paths everywhere but in prose.
 * @param {DocumentNode} document
 * @param {string} file
 * @returns {Name[]}
 */
export function manifestNames(document, file) {
  const base = pathToFileURL(file).href;
  return textsIn(document.body).flatMap(({ node, text, keys, isKey }) => {
    const [field = ''] = keys;
    if (PROSE.test(field)) return [];
    return manifestReferences(text, field, isKey, base).map((reference) => ({ node, field: keys.join('.'), reference }));
  });
}

/**
 * @param {string} text
 * @param {string} field
 * @param {boolean} isKey
 * @param {string} base
 * @returns {Reference[]}
 */
function manifestReferences(text, field, isKey, base) {
  if (field === 'scripts') return isKey ? [] : text.split(/[\s='"]+/).flatMap((word) => pathReferences(word, base));
  // `overrides` may have keys such as `a>b@1`.
  if (isKey) return PACKAGE_KEYS.test(field) ? text.split('>').map((name) => ({ specifier: withoutVersion(name) })) : [];
  const version = PACKAGE_KEYS.test(field) && readVersion(text, base);
  if (version) return [withBases(version)];
  const paths = pathReferences(text.replace('<rootDir>', '.'), base);
  return paths.length === 0 && PACKAGE_VALUES.test(field) ? [{ specifier: text }] : paths;
}

/**
 * What a tsconfig.json names. All its strings may be paths, and paths need no `./`.
 * @param {DocumentNode} document
 * @param {string} file
 * @returns {Name[]}
 */
export function configurationNames(document, file) {
  const texts = textsIn(document.body);
  const baseUrl = texts.find(({ keys, isKey }) => !isKey && keys.join('.') === 'compilerOptions.baseUrl')?.text ?? '.';
  const url = pathToFileURL(file).href;
  const pathsUrl = pathToFileURL(`${resolve(file, '..', baseUrl)}/`).href;
  return texts.flatMap(({ node, text, keys, isKey }) => {
    const [field = '', option = ''] = keys[0] === 'compilerOptions' ? keys.slice(1) : [keys[0], keys[0]];
    if (/^(\$schema|display|exclude|watchOptions)$/.test(field)) return [];
    /** @type {Reference[]} */
    const references = [];
    const name = { node, field: keys.join('.') };
    const isPattern = /^(paths|include|files)$/.test(field);
    if (isKey) references.push(...(field === 'paths' && option !== '' ? [{ specifier: text }] : []));
    else {
      const bases = [field === 'paths' ? pathsUrl : url];
      const specifier = text.replace('${configDir}', '.');
      references.push({ specifier, bases, isGlob: isPattern && specifier.includes('*') });
      if (field === 'include') references.push({ specifier: `${specifier}/**`, bases, isGlob: true });
      if (PACKAGE_OPTIONS.test(field)) references.push({ specifier });
    }
    return references.slice(0, 2).map((reference) => ({ ...name, reference }));
  });
}
