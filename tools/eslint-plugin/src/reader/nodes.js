/** @typedef {import('eslint').Rule.Node} Node */
/** @typedef {Extract<Node, { type: 'Identifier' }>} Identifier */
/** @typedef {Omit<Extract<Node, { type: 'MemberExpression' }>, 'parent'>} Member */
/** @typedef {Extract<Node, { type: 'FunctionDeclaration' | 'FunctionExpression' | 'ArrowFunctionExpression' }>} Fn */

/** Stands for what only a run would tell. */
export const UNKNOWN = '*';

/**
 * ESTree's types leave out the parents that ESLint sets.
 * @param {object} node
 */
export function asNode(node) {
  return /** @type {Node} */ (node);
}

/**
 * What is inside an expression that leaves the value as it is: `await`, optional chains and, from typescript-eslint,
 * type annotations.
 * @param {Node} node
 */
export function wrapped(node) {
  if (node.type === 'AwaitExpression') return asNode(node.argument);
  return /^(ChainExpression|TS(As|NonNull|Satisfies|Instantiation)Expression|TSTypeAssertion)$/.test(node.type) &&
    'expression' in node
    ? asNode(Object(node.expression))
    : undefined;
}

/**
 * @param {Node} node
 * @returns {node is Fn}
 */
export function isFunction(node) {
  return /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type) && 'body' in node;
}

/**
 * @param {Member} node
 * @param {(node: Node) => string[]} textsOf
 */
export function propertyOf({ computed, property }, textsOf) {
  if (computed) return textsOf(asNode(property))[0] ?? UNKNOWN;
  return 'name' in property ? property.name : UNKNOWN;
}

/**
 * The name of a key that is written as a name or a literal.
 * @param {object} key
 */
export function keyName(key) {
  if ('name' in key) return String(key.name);
  return 'value' in key ? String(key.value) : UNKNOWN;
}
