import { asNode, keyName } from './nodes.js';

/** @typedef {import('./reader.js').Access} Access */

// The kinds of steps in a traversal, by ESLint's numbers.
const VISIT = 1;
const ENTER = 1;

/**
 * Every node of a file, parents before their children.
 * @param {import('eslint').SourceCode} sourceCode
 */
export function* nodesOf(sourceCode) {
  for (const step of sourceCode.traverse()) {
    if (step.kind === VISIT && step.phase === ENTER) yield asNode(Object(step.target));
  }
}

/**
 * Finds where a file reads or sets a member by name, such as `a.b`. The file is searched once, on first use.
 * @param {import('eslint').SourceCode} sourceCode
 */
export function createAccesses(sourceCode) {
  /** @type {Map<string, Access[]> | undefined} */
  let known;
  return (/** @type {string} */ key) => {
    known ??= findAccesses(sourceCode);
    return known.get(key) ?? [];
  };
}

/** @param {import('eslint').SourceCode} sourceCode */
function findAccesses(sourceCode) {
  /** @type {Map<string, Access[]>} */
  const accesses = new Map();
  for (const node of nodesOf(sourceCode)) {
    if (node.type !== 'MemberExpression') continue;
    if (node.computed && node.property.type !== 'Literal') continue;
    const key = keyName(node.property);
    const found = accesses.get(key);
    if (found) found.push(node);
    else accesses.set(key, [node]);
  }
  return accesses;
}
