import { UNKNOWN, asNode, isFunction, keyName } from './nodes.js';

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

const ITERATIONS = /^(map|forEach|flatMap|filter|some|every|find|findLast)$/;

/** @type {WeakMap<import('eslint').Scope.Variable, Value[]>} */
const known = new WeakMap();

/**
 * All that a variable may hold, as far as the file shows: initial values, assignments, defaults and arguments.
 * @param {SourceCode} sourceCode
 * @param {Identifier} identifier
 * @returns {Value[]}
 */
export function valuesOf(sourceCode, identifier) {
  const variable = findVariable(sourceCode, identifier);
  if (!variable) return [];
  const values = known.get(variable) ?? [
    ...variable.defs.flatMap((definition) => definedBy(sourceCode, definition)),
    ...variable.references.flatMap(assignedBy),
  ];
  known.set(variable, values);
  return values;
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
 * The list whose elements a method gives to the function that is its first argument: `list` in `list.map(fn)`.
 * @param {Node} callee
 * @param {Node} fn
 */
export function listOf(callee, fn) {
  if (callee.type !== 'MemberExpression' || !('name' in callee.property)) return undefined;
  return ITERATIONS.test(callee.property.name) && /Function|Identifier|MemberExpression/.test(fn.type)
    ? asNode(callee.object)
    : undefined;
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
  const declaration = asNode(node);
  if (declaration.type === 'VariableDeclarator') {
    return bindings(asNode(declaration.id), name, [
      ...(declaration.init ? [{ node: asNode(declaration.init), keys: [] }] : []),
      ...iteratedBy(declaration.parent.parent),
    ]);
  }
  if (type === 'Parameter' && isFunction(declaration)) {
    return declaration.params.flatMap((param, index) =>
      bindings(asNode(param), name, argumentsOf(sourceCode, declaration, index)),
    );
  }
  // From typescript-eslint: an enum.
  return /^(FunctionName|ClassName|TSEnumName)$/.test(type) ? [{ node: declaration, keys: [] }] : [];
}

/**
 * @param {Node | null} loop
 * @returns {Value[]}
 */
function iteratedBy(loop) {
  return loop?.type === 'ForOfStatement' ? [{ node: asNode(loop.right), keys: [UNKNOWN] }] : [];
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
  const names = sourceCode
    .getDeclaredVariables(holder)
    .filter(({ defs }) => defs.some(({ node, type }) => node === holder && type !== 'Parameter'))
    .flatMap(({ references }) => references.map(({ identifier }) => asNode(identifier)));
  return [asNode(fn), ...names].flatMap((used) => {
    const call = used.parent;
    if (call?.type !== 'CallExpression') return [];
    const argument = call.arguments[index];
    if (call.callee === used) return argument ? [{ node: asNode(argument), keys: [] }] : [];
    const list = index === 0 && call.arguments[0] === used ? listOf(asNode(call.callee), used) : undefined;
    return list ? [{ node: list, keys: [UNKNOWN] }] : [];
  });
}
