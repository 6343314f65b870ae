import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { exportedName, initialValue } from './variables.js';

/** @typedef {import('./variables.js').Node} Node */
/** @typedef {import('./variables.js').Identifier} Identifier */
/** @typedef {ReturnType<typeof createReader>} Reader */

/** Stands for what only a run would tell. */
const UNKNOWN = '*';

/**
 * Tells what the expressions of one file come to, as far as that shows without running them.
 * @param {import('eslint').SourceCode} sourceCode
 * @param {string} file
 */
export function createReader(sourceCode, file) {
  const url = pathToFileURL(file).href;
  const known = new Map([
    ['__filename', file],
    ['__dirname', dirname(file)],
    ['import.meta.filename', file],
    ['import.meta.dirname', dirname(file)],
    ['import.meta.url', url],
  ]);
  /** Values being read, so that `const a = b, b = a` ends. */
  const open = new Set();

  return { url, textOf, nameOf };

  /**
   * The string an expression comes to, with `*` from the first unknown part on: `'a/' + b + 'c'` gives `a/*`.
   * @param {Node} node
   * @returns {string}
   */
  function textOf(node) {
    if (isWrapper(node)) return textOf(node.expression);
    switch (node.type) {
      case 'Literal':
        return String(node.value);
      case 'TemplateElement':
        return node.value.cooked ?? UNKNOWN;
      case 'TemplateLiteral':
        return untilUnknown(inOrder(node.quasis, node.expressions).map(textOf)).join('');
      case 'BinaryExpression':
        return node.operator === '+' ? untilUnknown([node.left, node.right].map(textOf)).join('') : UNKNOWN;
      case 'CallExpression':
        return isPathJoin(nameOf(node.callee)) ? join(...untilUnknown(node.arguments.map(textOf))) : UNKNOWN;
      case 'Identifier':
        return known.get(node.name) ?? follow(node, textOf) ?? UNKNOWN;
      case 'MemberExpression':
        return known.get(nameOf(node)) ?? UNKNOWN;
      default:
        return UNKNOWN;
    }
  }

  /**
   * The dotted name of a function, also under an alias: `jest.mock`, `import.meta.resolve`. Empty when it has none.
   * @param {Node} node
   * @returns {string}
   */
  function nameOf(node) {
    if (isWrapper(node)) return nameOf(node.expression);
    switch (node.type) {
      case 'Identifier':
        return follow(node, nameOf) || (exportedName(sourceCode, node) ?? node.name);
      case 'PrivateIdentifier':
        return `#${node.name}`;
      case 'MemberExpression':
        return `${nameOf(node.object)}.${propertyOf(node)}`;
      case 'MetaProperty':
        return `${node.meta.name}.${node.property.name}`;
      case 'CallExpression':
        return nameOfResult(nameOf(node.callee));
      case 'SequenceExpression':
        return node.expressions.slice(-1).map(nameOf).join('');
      default:
        return '';
    }
  }

  /** @param {Extract<Node, { type: 'MemberExpression' }>} node */
  function propertyOf({ computed, property }) {
    return !computed && property.type === 'Identifier' ? property.name : textOf(property);
  }

  /**
   * @param {Identifier} node
   * @param {(value: Node) => string} read
   */
  function follow(node, read) {
    const value = initialValue(sourceCode, node);
    if (!value || open.has(value)) return undefined;
    open.add(value);
    const result = read(value);
    open.delete(value);
    return result;
  }
}

/**
 * Optional chains and, from typescript-eslint, type annotations leave the value of an expression as it is.
 * @param {Node} node
 * @returns {node is Node & { expression: Node }}
 */
function isWrapper(node) {
  return /^(ChainExpression|TSAsExpression|TSNonNullExpression|TSSatisfiesExpression|TSTypeAssertion)$/.test(node.type);
}

/** @param {string} name */
function isPathJoin(name) {
  return /^(path\.)?(join|resolve)$/.test(name);
}

/**
 * `createRequire()` gives a `require`; any other method is taken to give its object, as `jest.mock('a').mock('b')` does.
 * @param {string} name
 */
function nameOfResult(name) {
  if (/(^|\.)createRequire$/.test(name)) return 'require';
  return name.slice(0, Math.max(name.lastIndexOf('.'), 0));
}

/**
 * @param {Node[]} quasis
 * @param {Node[]} expressions
 */
function inOrder(quasis, expressions) {
  return quasis.flatMap((quasi, i) => [quasi, ...expressions.slice(i, i + 1)]);
}

/** @param {string[]} texts */
function untilUnknown(texts) {
  const end = texts.findIndex((text) => text.endsWith(UNKNOWN));
  return end < 0 ? texts : texts.slice(0, end + 1);
}
