import { join } from 'node:path';
import { createLocator } from './places/locator.js';
import { isInside } from './places/place.js';
import { WorkspaceError } from './workspace.js';

/** @typedef {import('./workspace.js').Slice} Slice */
/** @typedef {import('./workspace.js').Workspace} Workspace */
/** @typedef {import('./places/locator.js').Reference} Reference */
/** @typedef {import('./places/place.js').Place} Place */
/** @typedef {NonNullable<ReturnType<typeof boundaryOf>>} Boundary */

/** Rules ask for the same references in one run. @type {WeakMap<Reference, Place[]>} */
const known = new WeakMap();

/**
 * The slices that a file must stay out of; `undefined` if it may import anything.
 * @param {string} file
 * @param {Workspace} workspace
 */
export function boundaryOf(file, workspace) {
  const { root, sliceAt, contracts, contractsName, readAliases, placeOf, foldersIn } = workspace;
  const place = placeOf(file);
  const slice = sliceAt(place);
  const { folder } = slice ?? sharedAt(place, workspace) ?? {};
  if (folder === undefined) return undefined;

  const dirs = [join(root, folder), root];
  const locate = createLocator(file, dirs, { readAliases, placeOf });
  return {
    folder,
    slice,
    isContract: contracts.includes(folder),
    contractsName,
    place,
    /** The folders from which its code may be run: of its package and of the workspace. */
    dirs,
    placesOf,
    foldersIn,
    /**
     * The slice that a reference reaches into.
     * @param {Reference} reference
     */
    crossedBy(reference) {
      for (const target of placesOf(reference)) {
        const crossed = sliceAt(target, slice);
        if (crossed) return crossed;
      }
      return undefined;
    },
  };

  /** @param {Reference} reference */
  function placesOf(reference) {
    const places = known.get(reference) ?? locate(reference);
    known.set(reference, places);
    return places;
  }
}

/**
 * @param {Place} place
 * @param {Workspace} workspace
 */
function sharedAt({ realPath }, { nameless, shared }) {
  const unknown = nameless.find(({ realDir }) => isInside(realDir, realPath));
  if (unknown) {
    throw new WorkspaceError(
      `\`${unknown.folder}\` is in a folder for slices but has no package.json. Add one that has a name, or move the folder.`,
    );
  }
  return shared.find(({ realDir }) => isInside(realDir, realPath));
}
