import { dirname } from 'node:path';
import { reaches } from './globs.js';
import { isInside } from './place.js';

/** @typedef {import('./place.js').Place} Place */

/**
 * A folder, and the package names under which its modules can be imported.
 * @typedef {{ dir: string, realDir: string, names: string[] }} Area
 */

/**
 * Finds the area that contains a place without scanning all areas. Areas do not nest.
 * @template {Area} A
 * @param {A[]} areas
 */
export function createIndex(areas) {
  const byDir = new Map(areas.flatMap((area) => [area.dir, area.realDir].map((dir) => [dir, area])));
  const byName = new Map(areas.flatMap((area) => area.names.map((name) => [name, area])));

  /**
   * @param {Place} place
   * @param {A} [except]
   * @returns {A | undefined}
   */
  return function find(place, except) {
    if (place.isGlob) return areas.find((area) => area !== except && contains(area, place));
    const [name = ''] = /^(@[^/]+\/)?[^/]+/.exec(place.packagePath) ?? [];
    return [above(place.path), above(place.realPath), byName.get(name)].find((area) => area && area !== except);
  };

  /**
   * @param {string} path
   * @returns {A | undefined}
   */
  function above(path) {
    return byDir.get(path) ?? (path === dirname(path) ? undefined : above(dirname(path)));
  }
}

/**
 * @param {Area} area
 * @param {Place} place
 */
export function contains({ dir, realDir, names }, { path, realPath, packagePath, isGlob }) {
  if (isGlob) return reaches(path, dir) || reaches(path, realDir);
  return (
    isInside(dir, path) ||
    isInside(realDir, realPath) ||
    names.some((name) => packagePath === name || packagePath.startsWith(`${name}/`))
  );
}
