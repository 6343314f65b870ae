/** @typedef {import('eslint').Rule.Node} Node */
/** @typedef {Extract<Node, { type: 'Identifier' }>} Identifier */
/** @typedef {Omit<Extract<Node, { type: 'MemberExpression' }>, 'parent'>} Member */
/** @typedef {Extract<Node, { type: 'FunctionDeclaration' | 'FunctionExpression' | 'ArrowFunctionExpression' }>} Fn */
/** @typedef {Extract<Node, { type: 'ClassDeclaration' | 'ClassExpression' }>} Class */

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
 * @param {Node} node
 * @returns {node is Class}
 */
export function isClass(node) {
  return node.type === 'ClassDeclaration' || node.type === 'ClassExpression';
}

/**
 * What a function returns, as far as its last lines show.
 * @param {Fn} fn
 * @returns {object[]}
 */
export function returnsOf({ body }) {
  if (body.type !== 'BlockStatement') return [body];
  return body.body.flatMap((line) => (line.type === 'ReturnStatement' && line.argument ? [line.argument] : []));
}

/**
 * @param {Member} node
 * @param {(node: Node) => string[]} stringsOf
 */
export function propertyOf({ computed, property }, stringsOf) {
  return computed ? (stringsOf(asNode(property))[0] ?? UNKNOWN) : keyName(property);
}

/**
 * The name of a key that is written as a name or a literal.
 * @param {object} key
 */
export function keyName(key) {
  if ('name' in key) return `${'type' in key && key.type === 'PrivateIdentifier' ? '#' : ''}${key.name}`;
  return 'value' in key ? String(key.value) : UNKNOWN;
}
