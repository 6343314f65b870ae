import { join } from 'node:path';
import { contains } from '../places/areas.js';
import { checkReferences, configuration, createListener, patterns, schemaOf, workspaceOptions } from './rule.js';

/** @typedef {import('../workspace.js').Slice} Slice */

/** @type {import('eslint').Rule.RuleModule} */
export const noCrossUseCaseImports = {
  meta: {
    type: 'problem',
    docs: { description: 'Keep the use cases of a slice from importing each other.', url: 'docs/boundaries.md' },
    schema: schemaOf({ ...workspaceOptions, common: patterns }),
    messages: {
      useCase:
        '`{{folder}}` reaches into the use case `{{useCase}}` via `{{specifier}}`. Move what both need into a file directly in `{{source}}`, or send a message. See docs/boundaries.md.',
      configuration,
    },
  },

  create: (context) =>
    createListener(context, (boundary, file) => {
      const { slice, place, placesOf, foldersIn } = boundary;
      if (!slice) return {};
      const common = context.options[0]?.common ?? ['testing'];
      const names = foldersIn(join(slice.dir, 'src')).filter((name) => !common.includes(name));
      const useCases = names.map((name) => useCaseOf(slice, name));
      const own = useCases.find((useCase) => contains(useCase, place));
      if (!own) return {};
      const siblings = useCases.filter((useCase) => useCase !== own);
      return {
        Program: () =>
          checkReferences(context, boundary, file, (reference) => {
            // Files that anything may import are also in this folder, so an unknown name is not necessarily a mistake.
            const places = placesOf(reference).filter(({ isUnknown }) => !isUnknown);
            const crossed = siblings.find((sibling) => places.some((target) => contains(sibling, target)));
            if (!crossed) return undefined;
            const { folder } = own;
            const data = {
              folder,
              useCase: crossed.folder,
              source: `${slice.folder}/src`,
              specifier: reference.specifier,
            };
            return { messageId: 'useCase', data };
          }),
      };
    }),
};

/**
 * @param {Slice} slice
 * @param {string} useCase
 */
function useCaseOf({ folder, dir, realDir, name }, useCase) {
  return {
    folder: `${folder}/src/${useCase}`,
    dir: join(dir, 'src', useCase),
    realDir: join(realDir, 'src', useCase),
    names: [`${name}/src/${useCase}`, `${name}/dist/${useCase}`],
  };
}
