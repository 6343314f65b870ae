import { join } from 'node:path';
import { contains, createLocator, isInside, placeOf, realPathOf } from './places.js';

/** @typedef {import('./workspace.js').Slice} Slice */
/** @typedef {import('./workspace.js').Workspace} Workspace */
/** @typedef {import('./places.js').Reference} Reference */
/** @typedef {import('./places.js').Place} Place */
/** @typedef {NonNullable<ReturnType<typeof boundaryOf>>} Boundary */

/** The rules of one run ask for the same references. @type {WeakMap<Reference, Place[]>} */
const known = new WeakMap();

/**
 * What one file has to keep out of; undefined where everything is allowed.
 * @param {string} file
 * @param {Workspace} workspace
 */
export function boundaryOf(file, { root, slices, shared, contracts, readAliases }) {
  const place = placeOf(file);
  const slice = slices.find((candidate) => contains(candidate, place));
  const folder =
    slice?.folder ?? shared.find((candidate) => isInside(realPathOf(join(root, candidate)), place.realPath));
  if (folder === undefined) return undefined;

  const others = slices.filter((candidate) => candidate !== slice);
  const dirs = [join(root, folder), root];
  const locate = createLocator(file, dirs, readAliases);
  return {
    folder,
    slice,
    isContract: contracts.includes(folder),
    place,
    /** The folders from which its code may be run: of its package and of the workspace. */
    dirs,
    placesOf,
    /**
     * The slice that a reference reaches into.
     * @param {Reference} reference
     */
    crossedBy(reference) {
      const places = placesOf(reference);
      return others.find((other) => places.some((target) => contains(other, target)));
    },
  };

  /** @param {Reference} reference */
  function placesOf(reference) {
    const places = known.get(reference) ?? locate(reference);
    known.set(reference, places);
    return places;
  }
}
