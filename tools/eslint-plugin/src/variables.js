/** @typedef {import('eslint').SourceCode} SourceCode */
/** @typedef {import('eslint').Scope.Scope} Scope */
/** @typedef {Parameters<SourceCode['getScope']>[0]} Node */
/** @typedef {Extract<Node, { type: 'Identifier' }>} Identifier */

/**
 * What a variable holds all its life, or undefined when that does not show: a parameter, a reassigned variable.
 * @param {SourceCode} sourceCode
 * @param {Identifier} identifier
 */
export function initialValue(sourceCode, identifier) {
  const variable = find(sourceCode, identifier);
  const definition = variable?.defs[0]?.node;
  if (definition?.type !== 'VariableDeclarator' || definition.id.type !== 'Identifier') return undefined;
  return variable?.references.every((use) => use.init || !use.isWrite()) ? definition.init : undefined;
}

/**
 * The name a module exports a variable by, when it is imported: `a` for the `b` of `import { a as b } from 'm'`.
 * @param {SourceCode} sourceCode
 * @param {Identifier} identifier
 */
export function exportedName(sourceCode, identifier) {
  const definition = find(sourceCode, identifier)?.defs[0]?.node;
  if (definition?.type !== 'ImportSpecifier' || definition.imported.type !== 'Identifier') return undefined;
  return definition.imported.name;
}

/**
 * @param {SourceCode} sourceCode
 * @param {Identifier} identifier
 */
function find(sourceCode, identifier) {
  /** @type {Scope | null} */
  let scope = sourceCode.getScope(identifier);
  while (scope && !scope.set.has(identifier.name)) scope = scope.upper;
  return scope?.set.get(identifier.name);
}
