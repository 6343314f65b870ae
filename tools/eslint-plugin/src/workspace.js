import { existsSync, readFileSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';

/**
 * @typedef {object} Options
 * @property {string[]} [slices] Folders of slices, relative to the root; `*` stands for one folder name.
 * @property {string[]} [shared] Folders of code that slices share, written the same way.
 * @property {string} [root] The workspace root, absolute. Without it: the nearest folder with a pnpm-workspace.yaml.
 */

/** @typedef {{ folder: string, dir: string, realDir: string, name: string }} Slice */
/** @typedef {{ root: string, slices: Slice[], shared: string[] }} Workspace */

/** A configuration that would leave files unchecked. The message says what is wrong and what to do. */
export class WorkspaceError extends Error {}

/**
 * The reader looks at the disk on each call, because an editor keeps rules alive while slices come, go and change
 * their names. Only manifests are cached, each until it changes.
 */
export function createWorkspaceReader() {
  /** @type {Map<string, { stamp: string, slice: Slice }>} */
  const cache = new Map();

  /**
   * @param {string} file
   * @param {Options} options
   * @returns {Workspace}
   */
  return function readWorkspace(file, { slices = ['services/*'], shared, root = findRoot(file) }) {
    if (!isAbsolute(root)) {
      throw new WorkspaceError(
        `The option \`root\` is not an absolute path: \`${root}\`. Use \`import.meta.dirname\`.`,
      );
    }
    return {
      root,
      slices: slices.flatMap((pattern) => {
        const found = foldersLike(pattern, root).flatMap((folder) => readSlice(root, folder) ?? []);
        return found.length > 0 ? found : nothingMatches('slices', pattern, root);
      }),
      // A workspace may well have no packages, so only a pattern that somebody wrote has to match.
      shared: (shared ?? ['packages/*']).flatMap((pattern) => {
        const found = foldersLike(pattern, root);
        return found.length > 0 || !shared ? found : nothingMatches('shared', pattern, root);
      }),
    };
  };

  /**
   * @param {string} root
   * @param {string} folder
   */
  function readSlice(root, folder) {
    const dir = join(root, folder);
    const stats = statSync(join(dir, 'package.json'), { throwIfNoEntry: false });
    if (!stats) return undefined;
    const stamp = `${stats.ino} ${stats.size} ${stats.mtimeMs}`;
    const cached = cache.get(dir);
    if (cached?.stamp === stamp) return cached.slice;
    const slice = { folder, dir, realDir: realpathSync.native(dir), name: readName(join(dir, 'package.json')) };
    cache.set(dir, { stamp, slice });
    return slice;
  }
}

/** @param {string} file */
function findRoot(file) {
  let dir = dirname(file);
  while (!existsSync(join(dir, 'pnpm-workspace.yaml'))) {
    if (dir === dirname(dir)) {
      throw new WorkspaceError(`No folder above \`${file}\` has a pnpm-workspace.yaml. Set the option \`root\`.`);
    }
    dir = dirname(dir);
  }
  return dir;
}

/**
 * @param {string} pattern
 * @param {string} root
 */
function foldersLike(pattern, root) {
  return pattern
    .split('/')
    .reduce(
      (folders, segment) =>
        folders
          .flatMap((folder) => (segment === '*' ? list(root, folder) : [folder ? `${folder}/${segment}` : segment]))
          .filter((folder) => statSync(join(root, folder), { throwIfNoEntry: false })?.isDirectory()),
      [''],
    );
}

/**
 * @param {string} root
 * @param {string} folder
 */
function list(root, folder) {
  return readdirSync(join(root, folder)).map((name) => (folder ? `${folder}/${name}` : name));
}

/**
 * @param {string} option
 * @param {string} pattern
 * @param {string} root
 * @returns {never}
 */
function nothingMatches(option, pattern, root) {
  const wanted = option === 'slices' ? 'folder with a package.json' : 'folder';
  throw new WorkspaceError(
    `The option \`${option}\`: no ${wanted} matches \`${pattern}\` in \`${root}\`. Correct or remove it.`,
  );
}

/** @param {string} path */
function readName(path) {
  try {
    const { name } = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof name === 'string' && name !== '') return name;
  } catch (cause) {
    throw new WorkspaceError(`\`${path}\` is not readable as JSON, so imports of this slice cannot be recognised.`, {
      cause,
    });
  }
  throw new WorkspaceError(`\`${path}\` has no \`name\`, so imports of this slice cannot be recognised. Give it one.`);
}
