import { UNKNOWN, asNode, isFunction, keyName, propertyOf, wrapped } from './nodes.js';
import { valuesOf } from './variables.js';

/** @typedef {import('./nodes.js').Node} Node */
/** @typedef {import('./variables.js').Value} Value */
/** @typedef {import('./reader.js').Reader} Reader */
/** @typedef {Extract<Node, { type: 'CallExpression' }>} Call */
/** @typedef {{ key: string, value: Node, isSpread?: boolean }} Entry */

/** Of what gets its value from more places than this, the rest is left out: minified code has thousands. */
const MAX_SOURCES = 64;

/**
 * Follows values through variables, members, conditions and functions of the file.
 * @param {Reader} reader
 */
export function createSources(reader) {
  /** @type {Map<Node, Map<string, Node[]>>} */
  const members = new Map();

  return { sourcesOf: (/** @type {Node} */ node) => distinct(findSources(node)), membersOf, elementsOf };

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
        return reader.known.has(node.name) ? [node] : orSelf(node, valuesOf(reader.sourceCode, node).flatMap(follow));
      case 'MemberExpression':
        return orSelf(node, membersOf(asNode(node.object), propertyOf(node, reader.textsOf)).flatMap(reader.sourcesOf));
      case 'CallExpression':
        return orSelf(node, all(resultsOf(node)));
      default:
        return [node];
    }
  }

  /**
   * @param {Node} node
   * @param {string} key
   * @returns {Node[]}
   */
  function membersOf(node, key) {
    const found = reader.sourcesOf(node).flatMap((source) => {
      const known = members.get(source) ?? new Map();
      members.set(source, known);
      // An object that spreads itself, as in `a = { ...a }`, has no more than it has.
      if (!known.has(key)) known.set(key, []).set(key, findMembers(source, key));
      return known.get(key) ?? [];
    });
    return distinct(found);
  }

  /**
   * @param {Node} source
   * @param {string} key
   * @returns {Node[]}
   */
  function findMembers(source, key) {
    if (source.type === 'CallExpression' || source.type === 'NewExpression') return membersOfResult(source, key);
    return entriesOf(source).flatMap((entry) => {
      if (entry.isSpread) return membersOf(entry.value, key);
      return key === UNKNOWN || entry.key === key ? [entry.value] : [];
    });
  }

  /**
   * @param {Node} node
   * @returns {Node[]}
   */
  function elementsOf(node) {
    const [list] = reader.sourcesOf(node).filter(({ type }) => type === 'ArrayExpression');
    return list ? membersOf(node, UNKNOWN) : [node];
  }

  /** @param {object[]} nodes */
  function all(nodes) {
    return nodes.map(asNode).flatMap(reader.sourcesOf);
  }

  /**
   * @param {Value} value
   * @returns {Node[]}
   */
  function follow({ node, keys: [key, ...rest] }) {
    if (key === undefined) return reader.sourcesOf(node);
    return membersOf(node, key).flatMap((member) => follow({ node: member, keys: rest }));
  }

  /**
   * What a call gives: `Object.freeze(a)` its argument, a function of the file what it returns.
   * @param {Call} call
   * @returns {object[]}
   */
  function resultsOf({ callee, arguments: args }) {
    if (/^Object\.(freeze|seal)$/.test(reader.nameOf(asNode(callee)))) return args.slice(0, 1);
    return reader.sourcesOf(asNode(callee)).flatMap((fn) => {
      if (!isFunction(fn)) return [];
      if (fn.body.type !== 'BlockStatement') return [fn.body];
      return fn.body.body.flatMap((line) => (line.type === 'ReturnStatement' && line.argument ? [line.argument] : []));
    });
  }

  /**
   * The same list or object again: `Object.values(a)`, `new Set(a)`, `a.filter(f)`.
   * @param {Call | Extract<Node, { type: 'NewExpression' }>} call
   * @param {string} key
   * @returns {Node[]}
   */
  function membersOfResult({ callee, arguments: [first] }, key) {
    const isCopy = /^(Object\.values|Array\.from|Set)$/.test(reader.nameOf(asNode(callee)));
    if (first && isCopy) return membersOf(asNode(first), UNKNOWN);
    const isSelection =
      callee.type === 'MemberExpression' &&
      /^(filter|slice|sort|reverse|concat)$/.test(propertyOf(callee, reader.textsOf));
    return isSelection ? membersOf(asNode(callee.object), /^\d+$/.test(key) ? UNKNOWN : key) : [];
  }
}

/**
 * @param {Node} node
 * @returns {Entry[]}
 */
function entriesOf(node) {
  if (isEnum(node)) return node.body.members.flatMap(({ id, initializer }) => entries(keyName(id), initializer));
  switch (node.type) {
    case 'ArrayExpression':
      return node.elements.flatMap((element, i) => entries(String(i), element));
    case 'ObjectExpression':
      return node.properties.flatMap((property) =>
        property.type === 'SpreadElement' ? entries('', property) : entries(entryKey(property), property.value),
      );
    case 'ClassDeclaration':
    case 'ClassExpression':
      return node.body.body.flatMap((member) =>
        member.type === 'PropertyDefinition' ? entries(entryKey(member), member.value) : [],
      );
    default:
      return [];
  }
}

/**
 * @param {string} key
 * @param {object | null | undefined} value
 * @returns {Entry[]}
 */
function entries(key, value) {
  if (!value) return [];
  const node = asNode(value);
  return node.type === 'SpreadElement'
    ? [{ key, value: asNode(node.argument), isSpread: true }]
    : [{ key, value: node }];
}

/** @param {{ computed?: boolean, key: object }} entry */
function entryKey({ computed, key }) {
  return computed && !('value' in key) ? UNKNOWN : keyName(key);
}

/**
 * @param {object} node
 * @returns {node is { body: { members: { id: object, initializer?: object }[] } }}
 */
function isEnum(node) {
  return 'type' in node && node.type === 'TSEnumDeclaration';
}

/** @param {Node[]} nodes */
function distinct(nodes) {
  return nodes.length < 2 ? nodes : [...new Set(nodes)].slice(0, MAX_SOURCES);
}

/**
 * @param {Node} node
 * @param {Node[]} sources
 */
function orSelf(node, sources) {
  return sources.length > 0 ? sources : [node];
}
