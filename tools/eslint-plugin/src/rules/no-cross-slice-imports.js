import { checkReferences, configuration, createListener, schemaOf, workspaceOptions } from './rule.js';

/** @type {import('eslint').Rule.RuleModule} */
export const noCrossSliceImports = {
  meta: {
    type: 'problem',
    docs: { description: 'Keep slices from importing each other.', url: 'docs/boundaries.md' },
    schema: schemaOf(workspaceOptions),
    messages: {
      slice:
        '`{{folder}}` reaches into the slice `{{slice}}` via `{{specifier}}`. Share a message through `{{contracts}}` instead: send a command or query of `{{slice}}`, or listen to one of its events. See docs/boundaries.md.',
      shared:
        '`{{folder}}` is shared code, but it reaches into the slice `{{slice}}` via `{{specifier}}`. Shared code must not depend on any slice: move what it needs out of `{{slice}}`, or share a message through `{{contracts}}`. See docs/boundaries.md.',
      configuration,
    },
  },

  create: (context) =>
    createListener(context, (boundary, file) => ({
      Program: () =>
        checkReferences(context, boundary, file, (reference) => {
          const crossed = boundary.crossedBy(reference);
          if (!crossed) return undefined;
          const { folder, contractsName: contracts } = boundary;
          const data = { folder, slice: crossed.folder, specifier: reference.specifier, contracts };
          return { messageId: boundary.slice ? 'slice' : 'shared', data };
        }),
    })),
};
