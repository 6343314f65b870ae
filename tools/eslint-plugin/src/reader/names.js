import { asNode, propertyOf, wrapped } from './nodes.js';
import { importOf, valuesOf } from './variables.js';

/** @typedef {import('./nodes.js').Node} Node */
/** @typedef {import('./variables.js').Value} Value */
/** @typedef {import('./reader.js').Reader} Reader */

/** @param {Reader} reader */
export function createNames(reader) {
  return nameOf;

  /**
   * @param {Node} node
   * @returns {string}
   */
  function nameOf(node) {
    const inner = wrapped(node);
    if (inner) return reader.nameOf(inner);
    switch (node.type) {
      case 'Identifier':
        return importedName(node) ?? (valuesOf(reader.sourceCode, node).map(nameOfValue).find(Boolean) || node.name);
      case 'PrivateIdentifier':
        return `#${node.name}`;
      case 'ThisExpression':
        return 'this';
      case 'MetaProperty':
        return `${node.meta.name}.${node.property.name}`;
      case 'MemberExpression':
        return nameOfMember(asNode(node.object), [propertyOf(node, reader.textsOf)]);
      case 'ImportExpression':
        return moduleName(reader.textsOf(asNode(node.source)));
      case 'CallExpression':
        return nameOfResult(node);
      case 'NewExpression':
        return reader.nameOf(asNode(node.callee));
      case 'SequenceExpression':
        return first(node.expressions.slice(-1));
      case 'AssignmentExpression':
        return first([node.right]);
      case 'ConditionalExpression':
        return first([node.consequent, node.alternate]);
      case 'LogicalExpression':
        return first([node.left, node.right]);
      default:
        return '';
    }
  }

  /** @param {import('./nodes.js').Identifier} node */
  function importedName(node) {
    const imported = importOf(reader.sourceCode, node);
    return imported && [moduleName([imported.module]), imported.name].filter(Boolean).join('.');
  }

  /** @param {Value} value */
  function nameOfValue({ node, keys }) {
    return keys.length > 0 ? nameOfMember(node, keys) : reader.nameOf(node);
  }

  /**
   * What an object holds under a key has its own name; of anything else the key becomes a part of the name.
   * @param {Node} node
   * @param {string[]} keys
   */
  function nameOfMember(node, keys) {
    const held = keys.reduce((nodes, key) => nodes.flatMap((object) => reader.membersOf(object, key)), [node]);
    return first(held) || [reader.nameOf(node), ...keys].join('.');
  }

  /** @param {object[]} nodes */
  function first(nodes) {
    return nodes.map(asNode).map(reader.nameOf).find(Boolean) ?? '';
  }

  /**
   * `createRequire()` gives a `require`, `require('m')` the module; any other method is taken to give its object, as
   * `jest.mock('a').mock('b')` and `require.bind(null)` do.
   * @param {Extract<Node, { type: 'CallExpression' }>} call
   */
  function nameOfResult({ callee, arguments: [argument] }) {
    const name = reader.nameOf(asNode(callee));
    if (/(^|\.)(createRequire|createJiti|jiti)$/.test(name)) return 'require';
    if (argument && /(^|\.)promisify$/.test(name)) return first([argument]);
    if (argument && /^(require|process\.getBuiltinModule)$/.test(name)) {
      return moduleName(reader.textsOf(asNode(argument)));
    }
    return name.slice(0, Math.max(name.lastIndexOf('.'), 0));
  }
}

/** @param {string[]} specifiers */
function moduleName([specifier = '']) {
  return specifier.replace(/^node:/, '');
}
