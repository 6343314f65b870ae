import { realpathSync } from 'node:fs';
import { contains, isPath } from '../places.js';
import { checkReferences, createListener, schemaOf, workspaceOptions } from './rule.js';

const messagesAndSchemas = ['anywise', 'zod', 'zod/*', 'valibot', 'arktype', '@standard-schema/spec'];

/** @type {import('eslint').Rule.RuleModule} */
export const pureContracts = {
  meta: {
    type: 'problem',
    docs: { description: 'Keep everything but messages out of contracts.', url: 'docs/boundaries.md' },
    schema: schemaOf({
      ...workspaceOptions,
      allow: { type: 'array', items: { type: 'string', minLength: 1 }, uniqueItems: true },
    }),
    messages: {
      impure:
        '`{{folder}}` holds contracts, but imports `{{specifier}}`. Contracts are messages and nothing else: they import only {{allowed}}. Move what needs more into the slice that owns the message. See docs/boundaries.md.',
      configuration: 'What contracts import cannot be checked. {{reason}}',
    },
  },

  create: (context) =>
    createListener(context, (boundary, file) => {
      const { folder, isContract, dirs, placesOf } = boundary;
      if (!isContract) return {};
      /** @type {string[]} */
      const allow = context.options[0]?.allow ?? messagesAndSchemas;
      const [dir = ''] = dirs;
      const own = { dir, realDir: realpathSync.native(dir), names: [] };
      const allowed = allow.map((name) => `\`${name}\``).join(', ');
      return {
        Program: () =>
          checkReferences(context, boundary, file, (reference) => {
            const { specifier, bases } = reference;
            if (!bases && !isPath(specifier) && allow.some((name) => isNamed(specifier, name))) return undefined;
            const places = placesOf(reference);
            // What has no place is a module from the web, or, when read as a path, no module at all.
            if (places.length > 0 ? places.some((place) => contains(own, place)) : bases) return undefined;
            return { messageId: 'impure', data: { folder, specifier, allowed } };
          }),
      };
    }),
};

/**
 * @param {string} specifier
 * @param {string} name
 */
function isNamed(specifier, name) {
  return name.endsWith('/*') ? specifier.startsWith(name.slice(0, -1)) : specifier === name;
}
