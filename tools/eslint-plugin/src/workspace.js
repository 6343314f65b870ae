import { existsSync, readFileSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { createAliasReader } from './aliases.js';
import { createIndex } from './places/areas.js';
import { placeOf, realPathOf } from './places/place.js';

/**
 * @typedef {object} Options
 * @property {string[] | undefined} [slices] Folders of slices, relative to the root; `*` matches one folder name.
 * @property {string[] | undefined} [shared] Folders of code that slices share, written the same way.
 * @property {string[] | undefined} [contracts] Folders of contracts, written the same way.
 * @property {string} [root] The workspace root, absolute. Without it: the nearest folder with a pnpm-workspace.yaml.
 */

/** @typedef {import('./places/areas.js').Area & { folder: string, name: string }} Slice */
/** @typedef {{ folder: string, realDir: string }} Folder */
/**
 * What was read from the disk, all at the same time.
 * @typedef {object} Workspace
 * @property {string} root
 * @property {Slice[]} slices
 * @property {(place: import('./places/place.js').Place, except?: Slice) => Slice | undefined} sliceAt
 * @property {Folder[]} nameless Folders among the slices that lack a package.json.
 * @property {Folder[]} shared Including the folders of contracts.
 * @property {string[]} contracts
 * @property {string} contractsName What slices import messages by.
 * @property {(dir: string) => import('./aliases.js').Alias[]} readAliases The aliases that the code of a package can use.
 * @property {(path: string) => import('./places/place.js').Place} placeOf
 * @property {(dir: string) => string[]} foldersIn The names of the folders in a folder.
 */

/** How long results stay cached, in milliseconds: long enough for a run over many files, too short to notice. */
const MAX_AGE = 500;

/** A configuration that would leave files unchecked. The message says what is wrong and what to do. */
export class WorkspaceError extends Error {}

/**
 * The reader keeps checking the disk, because an editor keeps rules alive while slices are added, removed and renamed.
 * @param {() => number} [now]
 */
export function createWorkspaceReader(now = () => Date.now()) {
  /** @type {Map<string, { stamp: string, slice: Slice }>} */
  const manifests = new Map();
  /** @type {Memory<Workspace>} */
  const workspaces = createMemory(now);
  /** @type {Memory<string>} */
  const roots = createMemory(now);
  const readAliases = createAliasReader();

  /**
   * @param {string} file
   * @param {Options} options
   * @returns {Workspace}
   */
  return function readWorkspace(file, { root, slices, shared, contracts }) {
    const dir = dirname(file);
    const found = root ?? roots(dir, () => findRoot(dir, file));
    const options = { root: found, slices, shared, contracts };
    return workspaces(JSON.stringify(options), () => read(options));
  };

  /**
   * @param {Options & { root: string }} options
   * @returns {Workspace}
   */
  function read({ slices = ['services/*'], shared, contracts, root }) {
    if (!isAbsolute(root)) {
      throw new WorkspaceError(
        `The option \`root\` must be an absolute path, not \`${root}\`. Use \`import.meta.dirname\`.`,
      );
    }
    const contractFolders = findFolders('contracts', contracts, ['packages/contracts'], root);
    const sharedFolders = new Set([...contractFolders, ...findFolders('shared', shared, ['packages/*'], root)]);
    const { found, nameless } = findSlices(slices, root);
    return {
      root,
      slices: found,
      sliceAt: createIndex(found),
      nameless: withRealDirs(nameless, root),
      shared: withRealDirs([...sharedFolders], root),
      contracts: contractFolders,
      contractsName: nameOfContracts(root, contractFolders),
      readAliases: remember(readAliases),
      placeOf: remember(placeOf),
      foldersIn: remember(foldersIn),
    };
  }

  /**
   * @param {string[]} patterns
   * @param {string} root
   */
  function findSlices(patterns, root) {
    /** @type {Slice[]} */
    const found = [];
    /** @type {string[]} */
    const nameless = [];
    for (const pattern of patterns) {
      const before = found.length;
      for (const folder of foldersLike(pattern, root)) {
        const slice = readSlice(root, folder);
        if (slice) found.push(slice);
        else nameless.push(folder);
      }
      if (found.length === before) nothingMatches('slices', pattern, root);
    }
    return { found, nameless };
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

/**
 * @param {string[]} folders
 * @param {string} root
 * @returns {Folder[]}
 */
function withRealDirs(folders, root) {
  return folders.map((folder) => ({ folder, realDir: realPathOf(join(root, folder)) }));
}

/**
 * Returns what was read before under the same key, or reads it.
 * @template T
 * @typedef {(key: string, read: () => T) => T} Memory
 */

/**
 * @template T
 * @param {() => number} now
 * @returns {Memory<T>}
 */
function createMemory(now) {
  /** @type {Map<string, { time: number, value: T }>} */
  const known = new Map();
  return (key, read) => {
    const entry = known.get(key);
    if (entry && now() - entry.time < MAX_AGE) return entry.value;
    const value = read();
    known.set(key, { time: now(), value });
    return value;
  };
}

/**
 * @template T
 * @param {(key: string) => T} read
 */
function remember(read) {
  /** @type {Memory<T>} */
  const memory = createMemory(() => 0);
  return (/** @type {string} */ key) => memory(key, () => read(key));
}

/**
 * @param {string} dir
 * @param {string} file
 * @returns {string}
 */
function findRoot(dir, file) {
  if (existsSync(join(dir, 'pnpm-workspace.yaml'))) return dir;
  if (dir !== dirname(dir)) return findRoot(dirname(dir), file);
  throw new WorkspaceError(`No folder above \`${file}\` has a pnpm-workspace.yaml. Set the option \`root\`.`);
}

/** @param {string} dir */
function foldersIn(dir) {
  if (!statSync(dir, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
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
 * A workspace need not have packages, so only patterns that were configured have to match.
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
    `The option \`${option}\`: no ${wanted} matches \`${pattern}\` in \`${root}\`. Correct the pattern or remove it.`,
  );
}

/** @param {string} path */
function readName(path) {
  try {
    const { name } = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof name === 'string' && name !== '') return name;
  } catch (cause) {
    throw new WorkspaceError(`\`${path}\` is not valid JSON, so imports of this slice cannot be recognised. Fix it.`, {
      cause,
    });
  }
  throw new WorkspaceError(`\`${path}\` has no \`name\`, so imports of this slice cannot be recognised. Give it one.`);
}

/**
 * The name of the package of contracts, for messages; its folder where it has none.
 * @param {string} root
 * @param {string[]} folders
 */
function nameOfContracts(root, [folder = 'packages/contracts']) {
  try {
    return readName(join(root, folder, 'package.json'));
  } catch {
    return folder;
  }
}
