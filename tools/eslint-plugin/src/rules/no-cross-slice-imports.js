import { resolve } from 'node:path';
import { boundaryOf } from '../boundary.js';
import { createReader } from '../reader.js';
import { referencesOfCall, referencesOfComment, specifierSelectors } from '../references.js';
import { createWorkspaceReader, WorkspaceError } from '../workspace.js';

/** @typedef {import('eslint').Rule.RuleContext} RuleContext */
/** @typedef {import('eslint').Rule.RuleListener} RuleListener */
/** @typedef {import('../variables.js').Node} Node */
/** @typedef {import('../references.js').Reference} Reference */
/** @typedef {ReturnType<import('eslint').SourceCode['getAllComments']>[number]} Comment */

const segment = String.raw`(\*|[^*!/\\]+)`;
const patterns = { type: 'array', items: { type: 'string', pattern: `^${segment}(/${segment})*$` }, uniqueItems: true };

// One for all files, as it remembers what it read of unchanged manifests.
const readWorkspace = createWorkspaceReader();

/** @type {import('eslint').Rule.RuleModule} */
export const noCrossSliceImports = {
  meta: {
    type: 'problem',
    docs: { description: 'Keep slices from importing each other.', url: 'docs/boundaries.md' },
    schema: [
      {
        type: 'object',
        properties: { slices: { ...patterns, minItems: 1 }, shared: patterns, root: { type: 'string' } },
        additionalProperties: false,
      },
    ],
    messages: {
      slice:
        '`{{folder}}` reaches into the slice `{{slice}}` by `{{specifier}}`. Share a message through `@anywise/contracts` instead: send a command or query of `{{slice}}`, or listen to one of its events. See docs/boundaries.md.',
      shared:
        '`{{folder}}` is shared code, but reaches into the slice `{{slice}}` by `{{specifier}}`. Shared code knows no slice: move what it needs out of `{{slice}}`, or share a message through `@anywise/contracts`. See docs/boundaries.md.',
      configuration: 'Imports between slices cannot be checked. {{reason}}',
    },
  },

  create(context) {
    const file = resolve(context.cwd, context.physicalFilename);
    try {
      const boundary = boundaryOf(file, readWorkspace(file, context.options[0] ?? {}));
      return boundary ? guard(boundary, file, context) : {};
    } catch (error) {
      if (!(error instanceof WorkspaceError)) throw error;
      const data = { reason: error.message };
      return { Program: () => context.report({ loc: { line: 1, column: 0 }, messageId: 'configuration', data }) };
    }
  },
};

/**
 * @param {NonNullable<ReturnType<typeof boundaryOf>>} boundary
 * @param {string} file
 * @param {RuleContext} context
 * @returns {RuleListener}
 */
function guard({ folder, isSlice, crossedBy }, file, context) {
  const { sourceCode } = context;
  const reader = createReader(sourceCode, file);

  return {
    ...Object.fromEntries(
      specifierSelectors.map((selector) => [
        selector,
        (/** @type {Node} */ node) => check(node, [{ specifier: reader.textOf(node) }]),
      ]),
    ),
    CallExpression: (node) => check(node, referencesOfCall(node, reader)),
    NewExpression: (node) => check(node, referencesOfCall(node, reader)),
    Program: () =>
      sourceCode
        .getAllComments()
        .forEach((comment) => check(comment, referencesOfComment(sourceCode.getText(comment), reader))),
  };

  /**
   * @param {Node | Comment} node
   * @param {Reference[]} references
   */
  function check(node, references) {
    for (const reference of references) {
      const slice = crossedBy(reference);
      if (!slice) continue;
      const data = { folder, slice: slice.folder, specifier: reference.specifier };
      context.report({ node, messageId: isSlice ? 'slice' : 'shared', data });
    }
  }
}
