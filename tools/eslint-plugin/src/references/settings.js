import { keyName } from '../reader/nodes.js';
import { isHarmless } from '../settings.js';
import { runBases } from './loaders.js';

/** @typedef {import('../reader/nodes.js').Node} Node */

/**
 * In the configuration of a tool, such as Jest's `moduleNameMapper`, any string may name a module.
 * @param {Node} node
 * @param {import('../reader/reader.js').Reader} reader
 * @returns {import('./find.js').Reference[]}
 */
export function inSetting(node, reader) {
  if (node.type !== 'Literal' || typeof node.value !== 'string' || isHarmless(keysOf(node))) return [];
  const specifier = node.value.replace('<rootDir>', '.');
  return [{ node, specifier, ...(specifier.startsWith('.') && { bases: runBases(reader) }) }];
}

/**
 * The keys of the objects around a value, outermost first. A key is not part of its own path.
 * @param {Node | null} node
 * @returns {string[]}
 */
function keysOf(node) {
  const parent = node?.parent;
  if (!parent) return [];
  return parent.type === 'Property' && parent.value === node
    ? [...keysOf(parent), keyName(parent.key)]
    : keysOf(parent);
}
