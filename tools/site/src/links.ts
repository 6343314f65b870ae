import { posix } from 'node:path';

/** What links are made with. */
export interface Links {
  /** Where each Markdown file is on the site. */
  readonly pages: ReadonlyMap<string, string>;
  /** The page of the repository, for what is not on the site. */
  readonly repository: string | undefined;
  /** Whether a file or a folder is in the workspace. */
  readonly exists: (file: string) => boolean;
}

/**
 * Where a link of a file of the workspace leads on the site: to a page, or to a file in the repository. `undefined` if no
 * repository is known.
 *
 * @throws if there is nothing of that name in the workspace, which ends the build
 */
export function siteLink({ pages, repository, exists }: Links, from: string, href: string): string | undefined {
  const [path = '', hash] = href.split('#');
  if (path === '' || /^[a-z]+:/.test(path)) return href;
  const file = posix.normalize(posix.join(posix.dirname(from), path)).replace(/\/$/, '');
  const fragment = hash === undefined ? '' : `#${hash}`;
  const page = pages.get(file) ?? pages.get(`${file}/README.md`);
  if (page !== undefined) return `/${page}${fragment}`;
  if (!exists(file)) throw new Error(`\`${from}\` links to \`${href}\`, which does not exist.`);
  return repository && `${repository}/blob/main/${file}${fragment}`;
}

/** The anchor of a heading, as GitHub makes it, so that a link leads to the same place on both. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .trim()
    .replace(/[^\p{Letter}\p{Number} _-]/gu, '')
    .replaceAll(' ', '-');
}
