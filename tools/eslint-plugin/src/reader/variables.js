import { UNKNOWN, asNode, isFunction, keyName } from './nodes.js';
import { createParameters } from './parameters.js';
import { findVariable } from './scopes.js';
import { typeNames } from './types.js';

/** @typedef {import('./nodes.js').Node} Node */
/** @typedef {import('./nodes.js').Identifier} Identifier */
/** @typedef {import('./reader.js').Reader} Reader */

/**
 * A value: an expression or a name, and the keys that lead from it to the value. In `const { a: [b] } = c`, `b` is `c` at
 * the keys `a`, `0`. The key `*` matches any key.
 * @typedef {({ node: Node } | { name: string }) & { keys: string[] }} Value
 */

/**
 * Collects everything in the file that a variable may hold: initial values, assignments, defaults and arguments.
 * @param {Reader} reader
 */
export function createVariables(reader) {
  /** @type {Map<import('eslint').Scope.Variable, Value[]>} */
  const known = new Map();
  const argumentsOf = createParameters(reader);

  return (/** @type {Identifier} */ identifier) => {
    const variable = findVariable(reader.sourceCode, identifier);
    if (!variable) return [];
    const values = known.get(variable);
    if (values) return values;
    // A variable that is assigned from itself gains nothing.
    known.set(variable, []);
    const found = [...variable.defs.flatMap(definedBy), ...variable.references.flatMap(assignedBy)];
    known.set(variable, found);
    return found;
  };

  /**
   * @param {import('eslint').Scope.Definition} definition
   * @returns {Value[]}
   */
  function definedBy({ type, name, node }) {
    const declaration = asNode(node);
    if (declaration.type === 'VariableDeclarator') {
      const { id, init } = declaration;
      return bindings(asNode(id), name, [
        ...(init ? [{ node: asNode(init), keys: [] }] : []),
        ...iteratedBy(declaration.parent.parent),
        ...typedAs(id),
      ]);
    }
    if (type === 'Parameter' && isFunction(declaration)) {
      return declaration.params.flatMap((param, index) =>
        bindings(asNode(param), name, [...argumentsOf(declaration, index), ...typedAs(param)]),
      );
    }
    // From typescript-eslint: an enum.
    return /^(FunctionName|ClassName|TSEnumName)$/.test(type) ? [{ node: declaration, keys: [] }] : [];
  }

  /** @param {object} pattern */
  function typedAs(pattern) {
    return typeNames(reader, pattern).map((name) => ({ name, keys: [] }));
  }
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
  if (assignment?.type !== 'AssignmentExpression' || !/^(\|\||&&|\?\?)?=$/.test(assignment.operator)) return [];
  return bindings(asNode(assignment.left), identifier, [{ node: asNode(assignment.right), keys: [] }]);
}

/**
 * The values that a destructuring pattern binds to one of its names.
 * @param {Node} pattern
 * @param {object} name
 * @param {Value[]} values
 * @returns {Value[]}
 */
function bindings(pattern, name, values) {
  if ('parameter' in pattern) return bindings(asNode(Object(pattern.parameter)), name, values);
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
 * @returns {Value[]}
 */
function at(values, key) {
  return values.map((value) => ({ ...value, keys: [...value.keys, key] }));
}
