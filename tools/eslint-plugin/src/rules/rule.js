import { resolve } from 'node:path';
import { boundaryOf } from '../boundary.js';
import { findReferences } from '../references/find.js';
import { createWorkspaceReader, WorkspaceError } from '../workspace.js';

/** @typedef {import('eslint').Rule.RuleContext} RuleContext */
/** @typedef {import('../boundary.js').Boundary} Boundary */
/** @typedef {import('../references/find.js').Reference} Reference */
/** @typedef {{ messageId: string, data: Record<string, string> }} Report */

const segment = String.raw`(\*|[^*!/\\]+)`;
export const patterns = {
  type: 'array',
  items: { type: 'string', pattern: `^${segment}(/${segment})*$` },
  uniqueItems: true,
};
export const workspaceOptions = {
  slices: { ...patterns, minItems: 1 },
  shared: patterns,
  contracts: patterns,
  root: { type: 'string' },
};

export const configuration = 'Slice boundaries cannot be checked. {{reason}}';

// Shared by all rules and files, because it caches what it reads.
const readWorkspace = createWorkspaceReader();

/** @type {WeakMap<object, { workspace: object, boundary: Boundary | undefined }>} */
const boundaries = new WeakMap();

/** The problem in the configuration that a rule has already reported. @type {WeakMap<object, string>} */
const mistakes = new WeakMap();

/**
 * @param {Record<string, unknown>} properties
 * @returns {import('eslint').Rule.RuleMetaData['schema']}
 */
export function schemaOf(properties) {
  return [{ type: 'object', properties, additionalProperties: false }];
}

/**
 * The listener of a rule. A configuration that would leave the file unchecked is itself reported.
 * @param {RuleContext} context
 * @param {(boundary: Boundary, file: string) => import('eslint').Rule.RuleListener} listen
 */
export function createListener(context, listen) {
  const file = resolve(context.cwd, context.physicalFilename);
  try {
    const boundary = boundaryIn(context.sourceCode, file, readWorkspace(file, context.options[0] ?? {}));
    return boundary ? listen(boundary, file) : {};
  } catch (error) {
    if (!(error instanceof WorkspaceError)) throw error;
    const reason = error.message;
    const report = () => {
      if (mistakes.get(context.sourceCode) === reason) return;
      mistakes.set(context.sourceCode, reason);
      context.report({ loc: { line: 1, column: 0 }, messageId: 'configuration', data: { reason } });
    };
    return { Program: report, Document: report };
  }
}

/**
 * The rules that check a file share its boundary.
 * @param {object} sourceCode
 * @param {string} file
 * @param {import('../workspace.js').Workspace} workspace
 */
function boundaryIn(sourceCode, file, workspace) {
  const known = boundaries.get(sourceCode);
  if (known?.workspace === workspace) return known.boundary;
  const boundary = boundaryOf(file, workspace);
  boundaries.set(sourceCode, { workspace, boundary });
  return boundary;
}

/**
 * Reports the references of a file that a rule does not allow, each module once per position.
 * @param {RuleContext} context
 * @param {Boundary} boundary
 * @param {string} file
 * @param {(reference: Reference) => Report | undefined} judge
 */
export function checkReferences(context, { dirs }, file, judge) {
  /** @type {{ start: number, end: number, text: string }[]} */
  const reported = [];
  for (const reference of findReferences(context.sourceCode, file, dirs)) {
    const report = judge(reference);
    if (!report) continue;
    const [start = 0, end = 0] = reference.node.range ?? [];
    const text = JSON.stringify({ ...report.data, specifier: '' });
    // Nested paths, as in `new Worker(new URL('a', import.meta.url))`, are one mistake.
    if (reported.some((outer) => outer.text === text && outer.start <= start && end <= outer.end)) continue;
    reported.push({ start, end, text });
    context.report({ loc: reference.node.loc ?? { line: 1, column: 0 }, ...report });
  }
}
