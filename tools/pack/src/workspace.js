import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';

/** @typedef {Readonly<Record<string, string>>} Versions */
/**
 * @typedef {object} Manifest
 * @property {string} name
 * @property {string} version
 * @property {boolean} [private]
 * @property {Versions} [dependencies]
 * @property {Versions} [peerDependencies]
 * @property {Versions} [devDependencies]
 * @property {Readonly<Record<string, string>>} [scripts]
 */
/**
 * @typedef {object} Workspace
 * @property {string} root
 * @property {ReadonlyMap<string, Package>} packages by their names
 * @property {Versions} catalog
 */
/** @typedef {{ readonly folder: string, readonly manifest: Manifest }} Package */

/**
 * The workspace that a folder belongs to.
 *
 * @param {string} folder
 * @returns {Workspace}
 */
export function findWorkspace(folder) {
  const root = rootOf(folder);
  const settings = /** @type {{ packages: readonly string[], catalog?: Versions }} */ (
    parse(readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8'))
  );
  const found = settings.packages.flatMap((pattern) => foldersOf(root, pattern)).map(readPackage);
  return {
    root,
    packages: new Map(found.map((each) => [each.manifest.name, each])),
    catalog: settings.catalog ?? {},
  };
}

/** The packages that people get from npm. @param {Workspace} workspace */
export function publicPackages({ packages }) {
  return [...packages.values()].filter(({ manifest }) => manifest.private !== true);
}

/** @param {string} folder @returns {string} */
function rootOf(folder) {
  if (existsSync(join(folder, 'pnpm-workspace.yaml'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error('There is no pnpm-workspace.yaml in this folder or above it.');
  return rootOf(parent);
}

/** @param {string} root @param {string} pattern such as `packages/*` */
function foldersOf(root, pattern) {
  const parent = join(root, pattern.replace(/\/\*$/, ''));
  const folders =
    pattern.endsWith('/*') && existsSync(parent) ? readdirSync(parent).map((name) => join(parent, name)) : [parent];
  return folders.filter((folder) => existsSync(join(folder, 'package.json')));
}

/** @param {string} folder @returns {Package} */
function readPackage(folder) {
  const text = readFileSync(join(folder, 'package.json'), 'utf8');
  return { folder, manifest: /** @type {Manifest} */ (JSON.parse(text)) };
}
