import { dirname, isAbsolute, join, resolve } from 'node:path';
import { URL, fileURLToPath, pathToFileURL } from 'node:url';
import { UNKNOWN, asNode, propertyOf } from './nodes.js';

/** @typedef {import('./nodes.js').Node} Node */
/** @typedef {import('./reader.js').Reader} Reader */

/** Each part of a text that may be this or that doubles what it may come to; beyond this many, the rest is left out. */
const MAX_TEXTS = 256;

/** @param {Reader} reader */
export function createTexts(reader) {
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
        return concat(textsOfAll(inOrder(node.quasis, node.expressions)));
      case 'TaggedTemplateExpression':
        return reader.nameOf(asNode(node.tag)) === 'String.raw' ? reader.textsOf(asNode(node.quasi)) : [UNKNOWN];
      case 'BinaryExpression':
        return node.operator === '+' ? concat(textsOfAll([node.left, node.right])) : [UNKNOWN];
      case 'CallExpression':
        return readCall(node);
      case 'NewExpression':
        return reader.nameOf(asNode(node.callee)).endsWith('URL') ? readUrl(node.arguments) : [UNKNOWN];
      case 'Identifier':
        return [reader.known.get(node.name) ?? UNKNOWN];
      case 'MemberExpression':
        return readMember(node);
      default:
        return [UNKNOWN];
    }
  }

  /** @param {object[]} nodes */
  function textsOfAll(nodes) {
    return nodes.map((node) => reader.textsOf(asNode(node)));
  }

  /** @param {import('./nodes.js').Member} node */
  function readMember(node) {
    const text = reader.known.get(reader.nameOf(asNode(node)));
    if (text !== undefined) return [text];
    // A part of a URL: the rule reads a URL and its path in the same way.
    return /^(href|pathname)$/.test(propertyOf(node, reader.textsOf)) ? reader.textsOf(asNode(node.object)) : [UNKNOWN];
  }

  /** @param {Extract<Node, { type: 'CallExpression' }>} call */
  function readCall({ callee, arguments: args }) {
    const name = reader.nameOf(asNode(callee));
    const texts = textsOfAll(args);
    const [first = [UNKNOWN]] = texts;
    if (isOfPath(name, 'join|normalize')) return combine(texts).map((parts) => join(...parts));
    if (isOfPath(name, 'resolve')) return combine(texts).flatMap(fromCwd);
    if (isOfPath(name, 'dirname')) return convert(first, dirname);
    if (/(^|\.)fileURLToPath$/.test(name)) return convert(first, fileURLToPath);
    if (/(^|\.)pathToFileURL$/.test(name)) return convert(first, (text) => pathToFileURL(text).href);
    if (/^(String|decodeURI|decodeURIComponent)$/.test(name)) return convert(first, decodeURIComponent);
    if (name === 'process.cwd') return reader.cwds;
    if (callee.type !== 'MemberExpression') return [UNKNOWN];
    return readMethod(asNode(callee.object), propertyOf(callee, reader.textsOf), texts);
  }

  /**
   * @param {Node} object
   * @param {string} method
   * @param {string[][]} texts
   */
  function readMethod(object, method, texts) {
    switch (method) {
      case 'join':
        return reader.sourcesOf(object).flatMap((list) => joinElements(list, texts[0] ?? [',']));
      case 'concat':
        return concat([reader.textsOf(object), ...texts]);
      case 'toString':
      case 'valueOf':
        return reader.textsOf(object);
      case 'trim':
        return reader.textsOf(object).map((text) => text.trim());
      case 'toLowerCase':
        return reader.textsOf(object).map((text) => text.toLowerCase());
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
    const parts = list.elements.map((element) => (element ? reader.textsOf(asNode(element)) : ['']));
    return concat(parts.flatMap((part, i) => (i === 0 ? [part] : [separators, part])));
  }

  /** @param {object[]} args */
  function readUrl([text, base]) {
    if (!text) return [UNKNOWN];
    const bases = base ? reader.textsOf(asNode(base)) : [reader.url];
    return combine([bases, reader.textsOf(asNode(text))]).map(([from, relative = UNKNOWN]) =>
      URL.canParse(relative, from) ? new URL(relative, from).href : UNKNOWN,
    );
  }

  /** @param {string[]} parts */
  function fromCwd(parts) {
    if (parts[0]?.startsWith(UNKNOWN)) return [UNKNOWN];
    return isAbsolute(parts[0] ?? '') ? [resolve(...parts)] : reader.cwds.map((cwd) => resolve(cwd, ...parts));
  }
}

/**
 * @param {string} name
 * @param {string} functions
 */
function isOfPath(name, functions) {
  return new RegExp(`^(path(/posix|/win32)?\\.)?((posix|win32)\\.)?(${functions})$`).test(name);
}

/**
 * @param {string[]} texts
 * @param {(text: string) => string} change
 */
function convert(texts, change) {
  return texts.map((text) => {
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
 * One of each part, in all ways, up to the first that is unknown.
 * @param {string[][]} parts
 */
function combine(parts) {
  /** @type {string[][]} */
  const none = [[]];
  return parts.reduce(
    (combined, texts) =>
      combined
        .flatMap((before) => (before.at(-1)?.endsWith(UNKNOWN) ? [before] : texts.map((text) => [...before, text])))
        .slice(0, MAX_TEXTS),
    none,
  );
}
