import { keyName } from '../reader/nodes.js';
import { runBases } from './loaders.js';

/** @typedef {import('../reader/nodes.js').Node} Node */

/** Settings for people, and those that keep tools away from a path. */
const harmless = /^((display)?name|title|description|exclude[sd]?|ignore[sd]?|\w*(Ignore|Exclude)(Patterns?|Files)?)$/i;

/**
 * In the configuration of a tool, such as Jest's `moduleNameMapper`, any string may name a module.
 * @param {Node} node
 * @param {import('../reader/reader.js').Reader} reader
 * @returns {import('./find.js').Reference[]}
 */
export function inSetting(node, reader) {
  if (node.type !== 'Literal' || typeof node.value !== 'string' || isHarmless(node)) return [];
  const specifier = node.value.replace('<rootDir>', '.');
  return [{ node, specifier, ...(specifier.startsWith('.') && { bases: runBases(reader) }) }];
}

/**
 * Whether a text is the value of such a setting, or in the list that is its value.
 * @param {Node} node
 */
function isHarmless(node) {
  const value = node.parent?.type === 'ArrayExpression' ? node.parent : node;
  const setting = value.parent;
  return setting?.type === 'Property' && setting.value === value && harmless.test(keyName(setting.key));
}
