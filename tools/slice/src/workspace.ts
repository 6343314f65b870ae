import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The workspace that this generator is developed in. */
export const ownWorkspace = fileURLToPath(new URL('../../..', import.meta.url));

/** The workspace that a folder belongs to, or the folder itself outside of one. */
export function findWorkspace(folder: string): string {
  for (let candidate = folder; candidate !== dirname(candidate); candidate = dirname(candidate)) {
    if (existsSync(join(candidate, 'pnpm-workspace.yaml'))) return candidate;
  }
  return folder;
}

export interface Manifest {
  readonly name?: string;
  readonly packageManager?: string;
  readonly anywise?: { readonly port?: number };
}

/** Names in use, with what uses them: folders of packages, names of packages, contracts. */
export function takenNames(root: string): ReadonlyMap<string, string> {
  const taken = new Map<string, string>();
  for (const folder of packageFolders(root)) {
    const { name } = readManifest(join(root, folder));
    if (name !== undefined) taken.set(basename(name), `the package \`${name}\``);
    taken.set(basename(folder), isSlice(root, folder) ? `a slice \`${basename(folder)}\`` : `\`${folder}\``);
  }
  for (const file of filesIn(root, contracts)) {
    const name = basename(file).replace(/\..*$/, '');
    if (!taken.has(name)) taken.set(name, `\`${file}\``);
  }
  return taken;
}

/** The port of a slice; for a new slice, the first free one. */
export function portOf(root: string, slice: string): number {
  const ports = new Map(
    children(root, 'services').map((folder) => [basename(folder), readManifest(join(root, folder)).anywise?.port]),
  );
  const own = ports.get(slice);
  if (own !== undefined) return own;
  const used = new Set(ports.values());
  let port = 3001;
  while (used.has(port)) port += 1;
  return port;
}

export function slicesOf(root: string): readonly string[] {
  return children(root, 'services')
    .filter((folder) => isSlice(root, folder))
    .map((folder) => basename(folder));
}

/** The package that runs every slice in one process. */
export const all = 'services/all';

function isSlice(root: string, folder: string): boolean {
  return folder.startsWith('services/') && folder !== all && existsSync(join(root, folder, 'package.json'));
}

/** The command that runs pnpm even if it is not installed. */
export function pnpmCommand(root: string): string {
  return `npx -y ${readManifest(root).packageManager ?? 'pnpm'}`;
}

export const contracts = 'packages/contracts/src';

/** The contract of a slice, from the workspace. */
export function contractOf(slice: string): string {
  return `${contracts}/${slice}.ts`;
}

/** Every file in a folder, from the workspace, except what installing, building and running leave behind. */
export function filesIn(root: string, folder: string): readonly string[] {
  const path = join(root, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    if (leftovers.has(entry.name) || entry.name.endsWith('.tsbuildinfo')) return [];
    const child = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesIn(root, child) : [child];
  });
}

const leftovers = new Set(['node_modules', 'dist', 'coverage', '.turbo', '.anywise']);

function packageFolders(root: string): readonly string[] {
  return [
    ...['packages', 'services', 'tools', 'bench', 'examples'].flatMap((folder) => children(root, folder)),
    'e2e',
  ].filter((folder) => filesIn(root, folder).length > 0);
}

function children(root: string, folder: string): readonly string[] {
  const path = join(root, folder);
  if (!existsSync(path)) return [];
  const entries = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return entries.map(({ name }) => `${folder}/${name}`).sort();
}

/** An empty one where there is none. */
export function readManifest(folder: string): Manifest {
  const file = join(folder, 'package.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Manifest) : {};
}
