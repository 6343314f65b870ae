import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readVersion } from './aliases.js';
import { isPath } from './places/locator.js';
import { isHarmless } from './settings.js';

/** @typedef {import('@humanwhocodes/momoa').DocumentNode} DocumentNode */
/** @typedef {import('@humanwhocodes/momoa').ValueNode} ValueNode */
/** @typedef {import('./places/locator.js').Reference} Reference */

/**
 * A string in a JSON file, and the keys that lead to it. Object keys count as strings, too.
 * @typedef {{ node: import('@humanwhocodes/momoa').AnyNode, text: string, keys: string[], isKey: boolean }} Text
 */

/**
 * A string that names packages or paths, and its position.
 * @typedef {{ node: Text['node'], field: string, references: Reference[] }} Name
 */

/** Fields of package.json that only people read. */
const PROSE = /^(name|version|description|keywords|homepage|repository|bugs|author|contributors|maintainers|funding)$/;

/** Fields of package.json with packages as keys, and those with packages as values. */
const PACKAGE_KEYS =
  /^(dependencies|(dev|peer|optional)Dependencies|(peerD|d)ependenciesMeta|overrides|resolutions|pnpm|browser)$/;
const PACKAGE_VALUES = /^(bundled?Dependencies|imports|exports|browser|jest|eslintConfig|prettier|tsd|nyc)$/;

/** Options of tsconfig.json with packages as values. */
const PACKAGE_OPTIONS = /^(extends|types|plugins|jsxImportSource)$/;

/**
 * What a package.json names: packages in the fields that hold packages, and paths in every field that is not prose.
 * @param {DocumentNode} document
 * @param {string} file
 * @returns {Name[]}
 */
export function manifestNames(document, file) {
  const base = pathToFileURL(file).href;
  return textsIn(document.body).map(({ node, text, keys, isKey }) => ({
    node,
    field: keys.join('.'),
    references: isKey ? keyReferences(text, keys[0] ?? '') : valueReferences(text, keys, base),
  }));
}

/**
 * What a tsconfig.json names. Any of its strings may be a path, with or without `./`.
 * @param {DocumentNode} document
 * @param {string} file
 * @returns {Name[]}
 */
export function configurationNames(document, file) {
  const texts = textsIn(document.body);
  const baseUrl = texts.find(({ keys, isKey }) => !isKey && keys.join('.') === 'compilerOptions.baseUrl')?.text ?? '.';
  const url = pathToFileURL(file).href;
  const pathsUrl = pathToFileURL(`${resolve(dirname(file), baseUrl)}/`).href;
  return texts.map(({ node, text, keys, isKey }) => ({
    node,
    field: keys.join('.'),
    references: isKey
      ? pathKeyReferences(text, keys)
      : optionReferences(text, keys, keys.includes('paths') ? pathsUrl : url),
  }));
}

/**
 * In `overrides`, keys may look like `a>b@1`.
 * @param {string} key
 * @param {string} field
 * @returns {Reference[]}
 */
function keyReferences(key, field) {
  return PACKAGE_KEYS.test(field) ? key.split('>').map((name) => ({ specifier: name.replace(/(?<=.)@.*$/, '') })) : [];
}

/**
 * @param {string} text
 * @param {string[]} keys
 * @param {string} base
 * @returns {Reference[]}
 */
function valueReferences(text, keys, base) {
  const [field = ''] = keys;
  if (PROSE.test(field) || isHarmless(keys)) return [];
  if (field === 'scripts') return text.split(/[\s='"]+/).flatMap((word) => pathReferences(word, base));
  const version = PACKAGE_KEYS.test(field) ? readVersion(text, base) : undefined;
  if (version) return [{ specifier: version.specifier, ...(version.base && { bases: [version.base] }) }];
  const paths = pathReferences(text.replace('<rootDir>', '.'), base);
  return paths.length === 0 && PACKAGE_VALUES.test(field) ? [{ specifier: text }] : paths;
}

/**
 * @param {string} text
 * @param {string} base
 * @returns {Reference[]}
 */
function pathReferences(text, base) {
  return isPath(text) ? [{ specifier: text, bases: [base], isGlob: text.includes('*') }] : [];
}

/**
 * @param {string} key
 * @param {string[]} keys
 * @returns {Reference[]}
 */
function pathKeyReferences(key, keys) {
  return /^compilerOptions\.paths\.[^.]/.test(keys.join('.')) ? [{ specifier: key }] : [];
}

/**
 * @param {string} text
 * @param {string[]} keys
 * @param {string} base
 * @returns {Reference[]}
 */
function optionReferences(text, keys, base) {
  const option = (keys[0] === 'compilerOptions' ? keys[1] : keys[0]) ?? '';
  if (/^(\$schema|display|watchOptions)$/.test(option) || isHarmless(keys)) return [];
  const specifier = text.replace('${configDir}', '.');
  return [
    { specifier, bases: [base], isGlob: specifier.includes('*') },
    ...(option === 'include' ? [{ specifier: `${specifier}/**`, bases: [base], isGlob: true }] : []),
    ...(PACKAGE_OPTIONS.test(option) ? [{ specifier }] : []),
  ];
}

/**
 * @param {ValueNode} value
 * @param {string[]} [keys]
 * @returns {Text[]}
 */
function textsIn(value, keys = []) {
  switch (value.type) {
    case 'String':
      return [{ node: value, text: value.value, keys, isKey: false }];
    case 'Array':
      return value.elements.flatMap((element) => textsIn(element.value, keys));
    case 'Object':
      return value.members.flatMap(({ name, value: member }) => {
        const key = name.type === 'String' ? name.value : name.name;
        const path = [...keys, key];
        return [{ node: name, text: key, keys: path, isKey: true }, ...textsIn(member, path)];
      });
    default:
      return [];
  }
}
