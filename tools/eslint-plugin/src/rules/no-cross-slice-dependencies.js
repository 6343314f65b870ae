import { basename } from 'node:path';
import { manifestNames, configurationNames } from '../manifests.js';
import { configuration, createListener, schemaOf, workspaceOptions } from './rule.js';

/** @type {import('eslint').Rule.RuleModule} */
export const noCrossSliceDependencies = {
  meta: {
    type: 'problem',
    docs: { description: 'Keep slices from depending on each other.', url: 'docs/boundaries.md' },
    schema: schemaOf(workspaceOptions),
    messages: {
      slice:
        '`{{folder}}` depends on the slice `{{slice}}`: `{{specifier}}` in `{{field}}`. Remove it and share a message through `{{contracts}}` instead: send a command or query of `{{slice}}`, or listen to one of its events. See docs/boundaries.md.',
      shared:
        '`{{folder}}` is shared code, but it depends on the slice `{{slice}}`: `{{specifier}}` in `{{field}}`. Remove it: shared code must not depend on any slice. See docs/boundaries.md.',
      configuration,
    },
  },

  create: (context) =>
    createListener(context, (boundary, file) => {
      const namesIn = basename(file) === 'package.json' ? manifestNames : configurationNames;
      return {
        Document: () => {
          // ESLint's types for rules cover only JavaScript.
          const { ast } = /** @type {{ ast: import('@humanwhocodes/momoa').DocumentNode }} */ (
            Object(context.sourceCode)
          );
          for (const { node, field, references } of namesIn(ast, file)) {
            const reference = references.find(boundary.crossedBy);
            const crossed = reference && boundary.crossedBy(reference);
            if (!crossed) continue;
            const { folder, contractsName: contracts } = boundary;
            const data = { folder, slice: crossed.folder, specifier: reference.specifier, field, contracts };
            context.report({ loc: node.loc, messageId: boundary.slice ? 'slice' : 'shared', data });
          }
        },
      };
    }),
};
