/** @typedef {import('eslint').Rule.Node} Node */
/** @typedef {Extract<Node, { type: 'Identifier' }>} Identifier */
/** @typedef {Omit<Extract<Node, { type: 'MemberExpression' }>, 'parent'>} Member */
/** @typedef {Extract<Node, { type: 'FunctionDeclaration' | 'FunctionExpression' | 'ArrowFunctionExpression' }>} Fn */
/** @typedef {Extract<Node, { type: 'ClassDeclaration' | 'ClassExpression' }>} Class */

/** Replaces a value that is known only at run time. */
export const UNKNOWN = '*';

/**
 * ESTree's types lack the `parent` that ESLint sets.
 * @param {object} node
 */
export function asNode(node) {
  return /** @type {Node} */ (node);
}

/**
 * Unwraps expressions that do not change the value: `await`, optional chains and, from typescript-eslint, type annotations.
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
 * What a function returns, as far as its `return` statements show.
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
 * The name of a key that is an identifier or a literal.
 * @param {object} key
 */
export function keyName(key) {
  if ('name' in key) return `${'type' in key && key.type === 'PrivateIdentifier' ? '#' : ''}${key.name}`;
  return 'value' in key ? String(key.value) : UNKNOWN;
}
