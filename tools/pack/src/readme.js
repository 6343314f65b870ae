import { posix } from 'node:path';

/**
 * A README whose links work wherever it is shown: those to files of the repository become links to the tagged version of
 * the file in the repository.
 *
 * @param {string} text
 * @param {{ repository: string, tag: string, directory: string }} place the folder of the README, seen from the root
 */
export function withFullLinks(text, { repository, tag, directory }) {
  return text.replace(/(?<=\]\()(?![a-z][\w+.-]*:|#|\/)([^)\s#]+)/g, (path) => {
    const file = posix.normalize(`${directory}/${path}`);
    return `${repository}/blob/${tag}/${file}`;
  });
}
