import { keyName } from './nodes.js';

/** @typedef {import('eslint').SourceCode} SourceCode */
/** @typedef {import('eslint').Scope.Variable} Variable */
/** @typedef {import('eslint').Scope.Definition} Definition */
/** @typedef {import('./nodes.js').Identifier} Identifier */

/**
 * @param {SourceCode} sourceCode
 * @param {Identifier} identifier
 * @returns {Variable | undefined}
 */
export function findVariable(sourceCode, identifier) {
  /** @type {import('eslint').Scope.Scope | null} */
  let scope = sourceCode.getScope(identifier);
  while (scope && !scope.set.has(identifier.name)) scope = scope.upper;
  return scope?.set.get(identifier.name);
}

/**
 * Whether a name refers to a global: the file does not define it, or only `declare`s it.
 * @param {SourceCode} sourceCode
 * @param {Identifier} identifier
 */
export function isGlobal(sourceCode, identifier) {
  return findVariable(sourceCode, identifier)?.defs.every(isAmbient) ?? true;
}

/**
 * The module that a variable is imported from, and the name it has there: `m`, `a` for `b` in `import { a as b } from 'm'`.
 * The name is empty for a default import and for a namespace.
 * @param {SourceCode} sourceCode
 * @param {Identifier} identifier
 * @returns {{ module: string, name: string } | undefined}
 */
export function importOf(sourceCode, identifier) {
  const definition = findVariable(sourceCode, identifier)?.defs[0];
  if (definition?.type !== 'ImportBinding') return undefined;
  const { node, parent } = definition;
  if (parent.type === 'ImportDeclaration') {
    const name = node.type === 'ImportSpecifier' ? keyName(node.imported) : 'default';
    return { module: String(parent.source.value), name: name === 'default' ? '' : name };
  }
  const required = Object(node).moduleReference?.expression?.value;
  return typeof required === 'string' ? { module: required, name: '' } : undefined;
}

/** @param {Definition} definition */
function isAmbient({ node, parent }) {
  return Object(node).declare === true || Object(parent).declare === true;
}
