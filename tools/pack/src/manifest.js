import { relative, sep } from 'node:path';

/** @typedef {import('./workspace.js').Manifest} Manifest */
/** @typedef {import('./workspace.js').Workspace} Workspace */

/** The condition under which this workspace runs packages from their source. */
export const sourceCondition = '@anywise/source';

/** What only this workspace needs. */
const ours = new Set(['scripts', 'devDependencies']);

/**
 * The manifest that people get: without the source, with real versions, and with links to the repository.
 *
 * @param {Manifest} manifest
 * @param {{ workspace: Workspace, folder: string, repository: string | undefined }} from
 * @returns {Manifest}
 */
export function publicManifest(manifest, { workspace, folder, repository }) {
  const kept = Object.entries(manifest).filter(([field]) => !ours.has(field));
  const { dependencies, peerDependencies } = manifest;
  return /** @type {Manifest} */ ({
    .../** @type {object} */ (withoutSource(Object.fromEntries(kept))),
    ...(dependencies && { dependencies: realVersions(dependencies, workspace) }),
    ...(peerDependencies && { peerDependencies: realVersions(peerDependencies, workspace) }),
    ...(repository !== undefined && linksTo(repository, relative(workspace.root, folder).split(sep).join('/'))),
  });
}

/** @param {unknown} value @returns {unknown} */
function withoutSource(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const members = Object.entries(value).filter(([name, member]) => name !== sourceCondition && !isSourceOnly(member));
  return Object.fromEntries(members.map(([name, member]) => [name, withoutSource(member)]));
}

/** What only this workspace may import. @param {unknown} member */
function isSourceOnly(member) {
  return typeof member === 'object' && member !== null && Object.keys(member).join() === sourceCondition;
}

/**
 * @param {import('./workspace.js').Versions} versions
 * @param {Workspace} workspace
 */
function realVersions(versions, { packages, catalog }) {
  return Object.fromEntries(
    Object.entries(versions).map(([name, wanted]) => {
      if (!/^(workspace|catalog):/.test(wanted)) return [name, wanted];
      const version = wanted.startsWith('catalog:') ? catalog[name] : packages.get(name)?.manifest.version;
      if (version === undefined)
        throw new Error(`\`${name}\` is \`${wanted}\`, and the workspace has no version of it.`);
      return [name, `^${version}`];
    }),
  );
}

/** @param {string} repository @param {string} directory */
function linksTo(repository, directory) {
  return {
    homepage: `${repository}/tree/main/${directory}#readme`,
    bugs: { url: `${repository}/issues` },
    repository: { type: 'git', url: `git+${repository}.git`, directory },
  };
}
