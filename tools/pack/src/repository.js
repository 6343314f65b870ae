import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The page of the repository that packages are published from, such as `https://github.com/owner/name`, from the first of
 * these that says it: `repository` of the workspace's package.json, the workflow of GitHub that runs this, the clone's origin.
 *
 * @param {string} root
 * @param {Readonly<Record<string, string | undefined>>} env
 * @returns {string | undefined}
 */
export function findRepository(root, env) {
  const { repository } = /** @type {{ repository?: string | { url: string } }} */ (
    JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  );
  const declared = typeof repository === 'string' ? repository : repository?.url;
  const { GITHUB_SERVER_URL: server = 'https://github.com', GITHUB_REPOSITORY: name } = env;
  const candidates = [declared, name === undefined ? undefined : `${server}/${name}`, originOf(root)];
  return candidates.map((url) => (url === undefined ? undefined : pageOf(url))).find((url) => url !== undefined);
}

/** What to say where there is none. */
export const noRepository =
  'No repository is known, so links, provenance and bug reports would lead nowhere. Set `repository` in the package.json of the workspace to its URL.';

/**
 * The page of a repository, from any URL that Git takes. A path of this machine has none.
 *
 * @param {string} url
 * @returns {string | undefined}
 */
export function pageOf(url) {
  const [, host, path] =
    /^(?:git\+)?(?:https?:\/\/|ssh:\/\/|git:\/\/)?(?:[^@/]+@)?([\w.-]+\.\w+)[:/](.+?)(?:\.git)?\/?$/.exec(url) ?? [];
  return host === undefined || path === undefined ? undefined : `https://${host}/${path}`;
}

/** @param {string} root */
function originOf(root) {
  const { status, stdout } = spawnSync('git', ['remote', 'get-url', 'origin'], { cwd: root, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}
