import { realpathSync } from 'node:fs';
import { contains } from '../places/areas.js';
import { isPath } from '../places/locator.js';
import { checkReferences, configuration, createListener, schemaOf, workspaceOptions } from './rule.js';

const messagesAndSchemas = [
  'anywise',
  'anywise/contract',
  'zod',
  'zod/*',
  'valibot',
  'arktype',
  '@standard-schema/spec',
];

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
        '`{{folder}}` holds contracts, but it imports `{{specifier}}`. Contracts are messages and nothing else; they may import only {{allowed}}. Move anything that needs more into the slice that owns the message. See docs/boundaries.md.',
      configuration,
    },
  },

  create: (context) =>
    createListener(context, (boundary, file) => {
      const { folder, isContract, dirs, placesOf, crossedBy } = boundary;
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
            if (places.some((place) => place.packagePath === '' && contains(own, place))) return undefined;
            // A path that leads nowhere is not a module, and a path into a slice is reported by another rule.
            if ((bases && places.length === 0) || crossedBy(reference)) return undefined;
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
