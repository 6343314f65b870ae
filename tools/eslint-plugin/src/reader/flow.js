import { isNamed } from './names.js';
import { asNode, isFunction, propertyOf, returnsOf, wrapped } from './nodes.js';

/** @typedef {import('./nodes.js').Node} Node */
/** @typedef {import('./variables.js').Value} Value */
/** @typedef {import('./reader.js').Reader} Reader */

/** How many sources of a value are followed; further ones are ignored, because minified code has thousands. */
const MAX_SOURCES = 64;

/**
 * Traces a value back through the variables, members, conditions and functions of the file: in
 * `const a = { b: c ?? 'd' }; f(a.b)`, the argument comes from `c` and from `'d'`.
 * @param {Reader} reader
 */
export function createFlow(reader) {
  return { sourcesOf: (/** @type {Node} */ node) => distinct(findSources(node)) };

  /**
   * @param {Node} node
   * @returns {Node[]}
   */
  function findSources(node) {
    const inner = wrapped(node);
    if (inner) return reader.sourcesOf(inner);
    switch (node.type) {
      case 'ConditionalExpression':
        return all([node.consequent, node.alternate]);
      case 'LogicalExpression':
        return all([node.left, node.right]);
      case 'SequenceExpression':
        return all(node.expressions.slice(-1));
      case 'AssignmentExpression':
        return node.operator === '=' ? all([node.right]) : [node];
      case 'Identifier':
        return orSelf(node, reader.valuesOf(node).flatMap(follow));
      case 'MemberExpression':
        return orSelf(node, all(reader.membersOf(asNode(node.object), propertyOf(node, reader.stringsOf))));
      case 'CallExpression':
        return orSelf(node, all(resultsOf(node)));
      case 'ThisExpression':
        return [ownerOf(node) ?? node];
      default:
        return [node];
    }
  }

  /** @param {object[]} nodes */
  function all(nodes) {
    return nodes.map(asNode).flatMap(reader.sourcesOf);
  }

  /**
   * @param {Value} value
   * @returns {Node[]}
   */
  function follow({ keys, ...value }) {
    if ('name' in value) return [];
    const held = keys.reduce((nodes, key) => nodes.flatMap((node) => reader.membersOf(node, key)), [value.node]);
    return all(held);
  }

  /**
   * The value of a call: its argument for `Object.freeze(a)`, or what a function of the file returns.
   * @param {Extract<Node, { type: 'CallExpression' }>} call
   */
  function resultsOf({ callee, arguments: args }) {
    if (isNamed(reader, callee, /^Object\.(freeze|seal)$/)) return args.slice(0, 1);
    return reader.sourcesOf(asNode(callee)).flatMap((fn) => (isFunction(fn) ? returnsOf(fn) : []));
  }
}

/** @param {Node[]} nodes */
export function distinct(nodes) {
  return nodes.length < 2 ? nodes : [...new Set(nodes)].slice(0, MAX_SOURCES);
}

/**
 * The object that `this` is, or the class of which it is an instance.
 * @param {Node} node
 * @returns {Node | undefined}
 */
function ownerOf({ parent }) {
  if (!parent || parent.type === 'FunctionDeclaration') return undefined;
  if (parent.type === 'FunctionExpression' && parent.parent.type === 'Property') return parent.parent.parent;
  if (parent.type === 'ClassBody') return parent.parent;
  return parent.type === 'FunctionExpression' && parent.parent.type !== 'MethodDefinition'
    ? undefined
    : ownerOf(parent);
}

/**
 * @param {Node} node
 * @param {Node[]} sources
 */
function orSelf(node, sources) {
  return sources.length > 0 ? sources : [node];
}
