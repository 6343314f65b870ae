import { dirname, isAbsolute, join, resolve } from 'node:path';
import { URL, fileURLToPath, pathToFileURL } from 'node:url';
import { isNamed } from './names.js';
import { UNKNOWN, asNode, propertyOf } from './nodes.js';

/** @typedef {import('./nodes.js').Node} Node */
/** @typedef {import('./reader.js').Reader} Reader */

/** Each part with two possible values doubles the results; beyond this many, the rest is ignored. */
const MAX_STRINGS = 256;

/**
 * Builds the strings that an expression may yield: literals, templates, `+`, and the results of common functions.
 * `join('a', b ? 'c' : 'd')` gives `a/c` and `a/d`.
 * @param {Reader} reader
 */
export function createStrings(reader) {
  return (/** @type {Node} */ node) => [...new Set(reader.sourcesOf(node).flatMap(read))];

  /**
   * @param {Node} node
   * @returns {string[]}
   */
  function read(node) {
    switch (node.type) {
      case 'Literal':
        return [String(node.value)];
      case 'TemplateElement':
        return [node.value.cooked ?? UNKNOWN];
      case 'TemplateLiteral':
        return concat(stringsOfAll(inOrder(node.quasis, node.expressions)));
      case 'TaggedTemplateExpression':
        return isNamed(reader, node.tag, /^String\.raw$/) ? reader.stringsOf(asNode(node.quasi)) : [UNKNOWN];
      case 'BinaryExpression':
        return node.operator === '+' ? concat(stringsOfAll([node.left, node.right])) : [UNKNOWN];
      case 'CallExpression':
        return readCall(node);
      case 'NewExpression':
        return isNamed(reader, node.callee, /^URL$/) ? readUrl(node.arguments) : [UNKNOWN];
      case 'Identifier':
        return readKnown(node) ?? [UNKNOWN];
      case 'MemberExpression':
        return readMember(node);
      default:
        return [UNKNOWN];
    }
  }

  /** @param {object[]} nodes */
  function stringsOfAll(nodes) {
    return nodes.map((node) => reader.stringsOf(asNode(node)));
  }

  /** @param {object} node */
  function readKnown(node) {
    const strings = reader.namesOf(asNode(node)).flatMap((name) => reader.known.get(name) ?? []);
    return strings.length > 0 ? strings : undefined;
  }

  /** @param {import('./nodes.js').Member} node */
  function readMember(node) {
    const known = readKnown(node);
    if (known) return known;
    // A part of a URL: the rule treats a URL and its path in the same way.
    return /^(href|pathname)$/.test(propertyOf(node, reader.stringsOf))
      ? reader.stringsOf(asNode(node.object))
      : [UNKNOWN];
  }

  /** @param {Extract<Node, { type: 'CallExpression' }>} call */
  function readCall({ callee, arguments: args }) {
    const strings = stringsOfAll(args);
    const [name] = reader.namesOf(asNode(callee)).filter((each) => functions.has(each));
    const read = name === undefined ? undefined : functions.get(name);
    if (read) return read(strings, reader);
    if (isNamed(reader, callee, /^URL\.parse$/)) return readUrl(args);
    if (callee.type !== 'MemberExpression') return [UNKNOWN];
    return readMethod(asNode(callee.object), propertyOf(callee, reader.stringsOf), strings);
  }

  /**
   * @param {Node} object
   * @param {string} method
   * @param {string[][]} strings
   */
  function readMethod(object, method, strings) {
    switch (method) {
      case 'join':
        return reader.sourcesOf(object).flatMap((list) => joinElements(list, strings[0] ?? [',']));
      case 'concat':
        return concat([reader.stringsOf(object), ...strings]);
      case 'toString':
      case 'valueOf':
        return reader.stringsOf(object);
      case 'trim':
        return reader.stringsOf(object).map((text) => text.trim());
      case 'toLowerCase':
        return reader.stringsOf(object).map((text) => text.toLowerCase());
      default:
        return [UNKNOWN];
    }
  }

  /**
   * @param {Node} list
   * @param {string[]} separators
   */
  function joinElements(list, separators) {
    if (list.type !== 'ArrayExpression') return [UNKNOWN];
    const parts = list.elements.map((element) => (element ? reader.stringsOf(asNode(element)) : ['']));
    return concat(parts.flatMap((part, i) => (i === 0 ? [part] : [separators, part])));
  }

  /** @param {object[]} args */
  function readUrl([text, base]) {
    if (!text) return [UNKNOWN];
    const bases = base ? reader.stringsOf(asNode(base)) : [reader.url];
    return combine([bases, reader.stringsOf(asNode(text))]).map(([from, relative = UNKNOWN]) =>
      URL.canParse(relative, from) ? new URL(relative, from).href : UNKNOWN,
    );
  }
}

/**
 * Functions that return strings, by name.
 * @type {Map<string, (args: string[][], reader: Reader) => string[]>}
 */
const functions = new Map([
  ['path#join', (args) => combine(args).map((parts) => join(...parts))],
  ['path#normalize', (args) => combine(args).map((parts) => join(...parts))],
  ['path#resolve', (args, { cwds }) => combine(args).flatMap((parts) => resolveFrom(cwds, parts))],
  ['path#dirname', ([first]) => convert(first, dirname)],
  ['url#fileURLToPath', ([first]) => convert(first, fileURLToPath)],
  ['url#pathToFileURL', ([first]) => convert(first, (text) => pathToFileURL(text).href)],
  ['process.cwd', (_args, { cwds }) => cwds],
  ['String', ([first]) => convert(first, String)],
  ['decodeURI', ([first]) => convert(first, decodeURI)],
  ['decodeURIComponent', ([first]) => convert(first, decodeURIComponent)],
]);

/**
 * @param {string[]} cwds
 * @param {string[]} parts
 */
function resolveFrom(cwds, parts) {
  if (parts[0]?.startsWith(UNKNOWN)) return [UNKNOWN];
  return isAbsolute(parts[0] ?? '') ? [resolve(...parts)] : cwds.map((cwd) => resolve(cwd, ...parts));
}

/**
 * @param {string[] | undefined} strings
 * @param {(text: string) => string} change
 */
function convert(strings, change) {
  return (strings ?? [UNKNOWN]).map((text) => {
    try {
      return change(text);
    } catch {
      return UNKNOWN;
    }
  });
}

/**
 * @param {object[]} quasis
 * @param {object[]} expressions
 */
function inOrder(quasis, expressions) {
  return quasis.flatMap((quasi, i) => [quasi, ...expressions.slice(i, i + 1)]);
}

/** @param {string[][]} parts */
function concat(parts) {
  return combine(parts).map((texts) => texts.join(''));
}

/**
 * All combinations of the parts, up to the first unknown one.
 * @param {string[][]} parts
 */
function combine(parts) {
  /** @type {string[][]} */
  const none = [[]];
  return parts.reduce(
    (combined, texts) =>
      combined
        .flatMap((before) => (before.at(-1)?.endsWith(UNKNOWN) ? [before] : texts.map((text) => [...before, text])))
        .slice(0, MAX_STRINGS),
    none,
  );
}
