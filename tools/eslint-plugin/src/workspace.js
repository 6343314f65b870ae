import { existsSync, readFileSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { createAliasReader } from './aliases.js';

/**
 * @typedef {object} Options
 * @property {string[]} [slices] Folders of slices, relative to the root; `*` stands for one folder name.
 * @property {string[]} [shared] Folders of code that slices share, written the same way.
 * @property {string[]} [contracts] Folders of contracts, written the same way.
 * @property {string} [root] The workspace root, absolute. Without it: the nearest folder with a pnpm-workspace.yaml.
 */

/** @typedef {import('./places.js').Area & { folder: string, name: string }} Slice */
/**
 * @typedef {object} Workspace
 * @property {string} root
 * @property {Slice[]} slices
 * @property {string[]} shared With those of contracts.
 * @property {string[]} contracts
 * @property {(dir: string) => import('./aliases.js').Alias[]} readAliases What names mean to a package's code.
 */

/** What was read is used again for as many milliseconds: long enough for a run over many files, too short to notice. */
const MAX_AGE = 200;

/** A configuration that would leave files unchecked. The message says what is wrong and what to do. */
export class WorkspaceError extends Error {}

/**
 * The reader keeps looking at the disk, because an editor keeps rules alive while slices come, go and change their names.
 * @param {() => number} [now]
 */
export function createWorkspaceReader(now = () => Date.now()) {
  /** @type {Map<string, { stamp: string, slice: Slice }>} */
  const manifests = new Map();
  /** @type {Map<string, { time: number, workspace: Workspace }>} */
  const workspaces = new Map();
  const readAliases = createAliasReader();

  /**
   * @param {string} file
   * @param {Options} options
   * @returns {Workspace}
   */
  return function readWorkspace(file, { slices, shared, contracts, root = findRoot(file) }) {
    const key = JSON.stringify([root, slices, shared, contracts]);
    const known = workspaces.get(key);
    if (known && now() - known.time < MAX_AGE) return known.workspace;
    const workspace = read({ root, slices, shared, contracts });
    workspaces.set(key, { time: now(), workspace });
    return workspace;
  };

  /**
   * @param {Record<'slices' | 'shared' | 'contracts', string[] | undefined> & { root: string }} options
   * @returns {Workspace}
   */
  function read({ slices = ['services/*'], shared, contracts, root }) {
    if (!isAbsolute(root)) {
      throw new WorkspaceError(
        `The option \`root\` is not an absolute path: \`${root}\`. Use \`import.meta.dirname\`.`,
      );
    }
    const contractFolders = findFolders('contracts', contracts, ['packages/contracts'], root);
    return {
      root,
      slices: slices.flatMap((pattern) => {
        const found = foldersLike(pattern, root).flatMap((folder) => readSlice(root, folder) ?? []);
        return found.length > 0 ? found : nothingMatches('slices', pattern, root);
      }),
      shared: [...new Set([...contractFolders, ...findFolders('shared', shared, ['packages/*'], root)])],
      contracts: contractFolders,
      readAliases,
    };
  }

  /**
   * @param {string} root
   * @param {string} folder
   */
  function readSlice(root, folder) {
    const dir = join(root, folder);
    const stats = statSync(join(dir, 'package.json'), { throwIfNoEntry: false });
    if (!stats) return undefined;
    const stamp = `${stats.ino} ${stats.size} ${stats.mtimeMs}`;
    const cached = manifests.get(dir);
    if (cached?.stamp === stamp) return cached.slice;
    const name = readName(join(dir, 'package.json'));
    const slice = { folder, dir, realDir: realpathSync.native(dir), name, names: [name] };
    manifests.set(dir, { stamp, slice });
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
 * A workspace may well have no packages, so only a pattern that somebody wrote has to match.
 * @param {string} option
 * @param {string[] | undefined} patterns
 * @param {string[]} defaults
 * @param {string} root
 */
function findFolders(option, patterns, defaults, root) {
  return (patterns ?? defaults).flatMap((pattern) => {
    const found = foldersLike(pattern, root);
    return found.length > 0 || !patterns ? found : nothingMatches(option, pattern, root);
  });
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
