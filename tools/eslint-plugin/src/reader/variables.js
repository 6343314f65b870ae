import { asNode, keyName } from './nodes.js';

/** @typedef {import('eslint').SourceCode} SourceCode */
/** @typedef {import('eslint').Scope.Scope} Scope */
/** @typedef {import('./nodes.js').Node} Node */
/** @typedef {import('./nodes.js').Identifier} Identifier */
/** @typedef {import('./nodes.js').Fn} Fn */

/**
 * A value: an expression, and the keys that lead from it to the value. `const { a: [b] } = c` makes `b` the value `c` at
 * `a`, `0`. The key `*` means any.
 * @typedef {{ node: Node, keys: string[] }} Value
 */

/** Methods that call a function with each element, and with which of its parameters. */
const iterations = new Map([
  ...['map', 'forEach', 'flatMap', 'filter', 'some', 'every', 'find', 'findLast'].map(
    (name) => /** @type {const} */ ([name, 0]),
  ),
  ['reduce', 1],
]);

/**
 * All that a variable may hold, as far as the file shows: initial values, assignments, defaults and arguments.
 * @param {SourceCode} sourceCode
 * @param {Identifier} identifier
 * @returns {Value[]}
 */
export function valuesOf(sourceCode, identifier) {
  const variable = findVariable(sourceCode, identifier);
  if (!variable) return [];
  return [
    ...variable.defs.flatMap((definition) => definedBy(sourceCode, definition)),
    ...variable.references.flatMap(assignedBy),
  ];
}

/**
 * The module a variable is imported from and the name it has there: `m`, `a` for `b` in `import { a as b } from 'm'`.
 * The name is empty for a default import and for a namespace.
 * @param {SourceCode} sourceCode
 * @param {Identifier} identifier
 */
export function importOf(sourceCode, identifier) {
  const definition = findVariable(sourceCode, identifier)?.defs[0];
  if (definition?.type !== 'ImportBinding' || definition.parent.type !== 'ImportDeclaration') return undefined;
  const { node, parent } = definition;
  const name = node.type !== 'ImportSpecifier' ? 'default' : keyName(node.imported);
  return { module: String(parent.source.value), name: name === 'default' ? '' : name };
}

/**
 * The list that a call iterates, when it calls the function that is its argument with each element.
 * @param {Node} call
 * @param {Node} fn
 * @returns {{ list: Node, parameter: number } | undefined}
 */
export function iterationOf(call, fn) {
  if (call.type !== 'CallExpression' || call.arguments[0] !== fn) return undefined;
  const { callee } = call;
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return undefined;
  const parameter = iterations.get(callee.property.name);
  return parameter === undefined ? undefined : { list: asNode(callee.object), parameter };
}

/**
 * @param {SourceCode} sourceCode
 * @param {Identifier} identifier
 */
function findVariable(sourceCode, identifier) {
  /** @type {Scope | null} */
  let scope = sourceCode.getScope(identifier);
  while (scope && !scope.set.has(identifier.name)) scope = scope.upper;
  return scope?.set.get(identifier.name);
}

/**
 * @param {SourceCode} sourceCode
 * @param {import('eslint').Scope.Definition} definition
 * @returns {Value[]}
 */
function definedBy(sourceCode, { type, name, node }) {
  switch (/** @type {string} */ (type)) {
    case 'Variable':
      return bindings(node.id, name, [
        ...(node.init ? [{ node: node.init, keys: [] }] : []),
        ...(node.parent.parent.type === 'ForOfStatement' ? [{ node: node.parent.parent.right, keys: ['*'] }] : []),
      ]);
    case 'Parameter':
      return node.params.flatMap((/** @type {Node} */ param, /** @type {number} */ index) =>
        bindings(param, name, argumentsOf(sourceCode, node, index)),
      );
    case 'FunctionName':
    case 'ClassName':
    case 'TSEnumName':
      return [{ node, keys: [] }];
    default:
      return [];
  }
}

/**
 * @param {import('eslint').Scope.Reference} reference
 * @returns {Value[]}
 */
function assignedBy({ identifier, writeExpr, init }) {
  const assignment = writeExpr && !init ? asNode(writeExpr).parent : undefined;
  if (assignment?.type !== 'AssignmentExpression' || assignment.operator !== '=') return [];
  return bindings(asNode(assignment.left), identifier, [{ node: asNode(assignment.right), keys: [] }]);
}

/**
 * What a pattern gives one of its names, when it is bound to one of the values.
 * @param {Node} pattern
 * @param {object} name
 * @param {Value[]} values
 * @returns {Value[]}
 */
function bindings(pattern, name, values) {
  switch (pattern.type) {
    case 'Identifier':
      return pattern === name ? values : [];
    case 'AssignmentPattern':
      return bindings(asNode(pattern.left), name, [...values, { node: asNode(pattern.right), keys: [] }]);
    case 'RestElement':
      return bindings(asNode(pattern.argument), name, values);
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) =>
        property.type === 'RestElement'
          ? bindings(asNode(property), name, values)
          : bindings(asNode(property.value), name, at(values, keyName(property.key))),
      );
    case 'ArrayPattern':
      return pattern.elements.flatMap((element, index) => {
        if (!element) return [];
        return bindings(asNode(element), name, element.type === 'RestElement' ? values : at(values, String(index)));
      });
    default:
      return [];
  }
}

/**
 * @param {Value[]} values
 * @param {string} key
 */
function at(values, key) {
  return values.map(({ node, keys }) => ({ node, keys: [...keys, key] }));
}

/**
 * What the calls in this file give a parameter.
 * @param {SourceCode} sourceCode
 * @param {Fn} fn
 * @param {number} index
 * @returns {Value[]}
 */
function argumentsOf(sourceCode, fn, index) {
  const holder = fn.parent.type === 'VariableDeclarator' ? fn.parent : fn;
  const names = sourceCode.getDeclaredVariables(holder).flatMap(({ defs, references }) => {
    return defs.some(({ node }) => node === holder) && (holder === fn ? defs[0]?.type === 'FunctionName' : true)
      ? references.map(({ identifier }) => asNode(identifier))
      : [];
  });
  return [fn, ...names].flatMap((used) => {
    const { parent } = used;
    const iteration = iterationOf(parent, used);
    if (iteration) return iteration.parameter === index ? [{ node: iteration.list, keys: ['*'] }] : [];
    const argument = parent.type === 'CallExpression' && parent.callee === used ? parent.arguments[index] : undefined;
    return argument ? [{ node: asNode(argument), keys: [] }] : [];
  });
}
