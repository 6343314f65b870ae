import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { rootManifest, workspaceSettings, type RootManifest, type Settings } from './root-files.js';

/** The workspace that new ones are made from. */
export const ownWorkspace = fileURLToPath(new URL('../../..', import.meta.url));

/** The slices of a new workspace, and what runs them in one process. */
const slices = ['orders', 'payments'];
const services = [...slices, 'all'];

/** Files that are the same in every workspace. */
const shared = [
  '.dockerignore',
  '.editorconfig',
  '.gitattributes',
  '.gitignore',
  '.nvmrc',
  '.prettierignore',
  '.prettierrc.json',
  'Dockerfile',
  'compose.yaml',
  'jest.config.base.js',
  'jest.setup.base.js',
  'tsconfig.base.json',
];

/** Files that only new workspaces have. */
const ownFiles = 'packages/create-anywise/files';

interface Manifest {
  readonly name: string;
  readonly version: string;
}

/**
 * Every file of a new workspace: the slices and contracts of this one, what they share, and what only a new workspace has.
 *
 * @param root this workspace
 */
export function gather(root: string): ReadonlyMap<string, string> {
  const read = (path: string): string => readFileSync(join(root, path), 'utf8').replaceAll('\r\n', '\n');
  const own = filesIn(root, ownFiles);
  const contracts = contractFiles(root);
  const paths = [...shared, ...contracts, ...services.flatMap((service) => filesIn(root, `services/${service}`))];
  const files = new Map([
    // Under its real name, ESLint would take the configuration for that of its folder.
    ...own.map((path) => [path.slice(ownFiles.length + 1).replace('.template.', '.'), read(path)] as const),
    ...paths.map((path) => [path, read(path)] as const),
  ]);
  for (const other of otherSlices(root)) leaveOut(files, other);

  const settings = parse(read('pnpm-workspace.yaml')) as Settings;
  const versions = new Map(publicPackages(root).map(({ name, version }) => [name, version]));
  files.set('package.json', rootManifest(JSON.parse(read('package.json')) as RootManifest));
  for (const [path, text] of files) files.set(path, fromNpm(files, path, text, versions));
  files.set('pnpm-workspace.yaml', workspaceSettings(files, settings, versions));
  return new Map([...files].sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** The contracts of the slices, what those import, and their tests. */
function contractFiles(root: string): readonly string[] {
  const src = 'packages/contracts/src';
  const needed = new Set<string>();
  const visit = (path: string): void => {
    if (needed.has(path)) return;
    needed.add(path);
    const text = readFileSync(join(root, path), 'utf8');
    for (const [, file = ''] of text.matchAll(/from '(\.\/[^']+)\.js'/g))
      visit(posix.join(dirname(path), `${file}.ts`));
  };
  for (const slice of slices) visit(`${src}/${slice}.ts`);
  return filesIn(root, 'packages/contracts').filter(
    (path) => !path.startsWith(`${src}/`) || needed.has(path.replace('.test.ts', '.ts')),
  );
}

function otherSlices(root: string): readonly string[] {
  return readdirSync(join(root, 'services')).filter((name) => !services.includes(name));
}

/** Takes a slice out of the process that runs all. */
function leaveOut(files: Map<string, string>, slice: string): void {
  const camel = slice.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  const main = files.get('services/all/src/main.ts') ?? '';
  const manifest = files.get('services/all/package.json') ?? '';
  const listed = new RegExp(`,\\s*${camel}\\b|\\b${camel},\\s*`);
  files.set(
    'services/all/src/main.ts',
    main.replace(new RegExp(`^import .* from '@anywise/${slice}/app';\n`, 'm'), '').replace(listed, ''),
  );
  const without = manifest.replace(new RegExp(`^ *"@anywise/${slice}": .*\n`, 'm'), '');
  // It may have been the last of its list.
  files.set('services/all/package.json', without.replace(/,(\n *})/g, '$1'));
}

/** In a new workspace our packages come from npm, in the versions of its catalog, and their pages are there. */
function fromNpm(
  files: ReadonlyMap<string, string>,
  path: string,
  text: string,
  versions: ReadonlyMap<string, string>,
): string {
  if (path.endsWith('package.json')) {
    // Under which licence the new code is, is for its owner to say.
    const unlicensed = text.replace(/^ *"license": .*\n/m, '');
    return unlicensed.replace(/"([^"]+)": "workspace:\*"/g, (dependency, name: string) =>
      versions.has(name) ? `"${name}": "catalog:"` : dependency,
    );
  }
  if (!path.endsWith('.md')) return text;
  return text.replace(
    /\[([^\]]+)\]\((?![a-z]+:|#)([^)#]+)(#[^)]*)?\)/g,
    (link, label: string, to: string, place = '') => {
      const file = posix.join(dirname(path), to);
      const isThere = files.has(file) || [...files.keys()].some((each) => each.startsWith(`${file}/`));
      if (isThere) return link;
      const [, name] = /^packages\/([\w-]+)\/README\.md$/.exec(file) ?? [];
      const known = [name, `@anywise/${name ?? ''}`].find((each) => each !== undefined && versions.has(each));
      return known === undefined ? label : `[${label}](https://www.npmjs.com/package/${known}${String(place)})`;
    },
  );
}

function publicPackages(root: string): readonly Manifest[] {
  return ['packages', 'tools']
    .flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(root, folder, name, 'package.json')))
    .filter((file) => existsSync(file))
    .map((file) => JSON.parse(readFileSync(file, 'utf8')) as Manifest & { readonly private?: boolean })
    .filter((manifest) => manifest.private !== true);
}

const leftovers = new Set(['node_modules', 'dist', 'coverage', '.turbo', '.anywise', '.packing', '.eslintcache']);

function filesIn(root: string, folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (leftovers.has(entry.name) || entry.name.endsWith('.tsbuildinfo')) return [];
    return entry.isDirectory() ? filesIn(root, path) : [path];
  });
}
