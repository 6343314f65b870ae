import { notesOf } from './changelog.js';
import { noRepository } from './repository.js';

/**
 * Why a release must wait; empty if it need not.
 *
 * @param {object} state
 * @param {string | undefined} state.repository
 * @param {string} state.edited what Git says is not committed
 * @param {string} state.changelog
 * @param {readonly import('./workspace.js').Manifest[]} state.manifests of the public packages
 * @returns {readonly string[]}
 */
export function releaseProblems({ repository, edited, changelog, manifests }) {
  const versions = new Set(manifests.map(({ version }) => version));
  const [version = ''] = versions;
  return [
    ...(repository === undefined ? [noRepository] : []),
    ...(edited === '' ? [] : [`These are not committed:\n${edited}`]),
    ...(versions.size > 1
      ? [`The packages have different versions: ${[...versions].join(', ')}. They are released together.`]
      : []),
    ...(notesOf(changelog, version) === undefined
      ? [`CHANGELOG.md says nothing of ${version}. Run \`pnpm release:version\` first.`]
      : []),
  ];
}
