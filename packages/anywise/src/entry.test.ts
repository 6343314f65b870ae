import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { importsOf, sourceFiles, src } from './test-support/imports.js';

interface Manifest {
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies?: object;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional?: boolean }>>;
}

const manifest = JSON.parse(readFileSync(join(src, '../package.json'), 'utf8')) as Manifest;
const builtIn = new Set(builtinModules.map((name) => `node:${name}`));

/** Every file that an entry reaches, and every package that these name. */
function graphOf(entry: string): { readonly files: Set<string>; readonly packages: Set<string> } {
  const files = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string): void => {
    if (files.has(file)) return;
    files.add(file);
    for (const { what, isFile } of importsOf(file)) {
      if (isFile) visit(what);
      else if (!builtIn.has(what)) packages.add(packageOf(what));
    }
  };
  visit(entry);
  return { files, packages };
}

const folders = readdirSync(src, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join(src, entry.name, 'index.ts')))
  .map(({ name }) => name);
const subpaths = Object.keys(manifest.exports)
  .filter((path) => path !== '.' && path !== './package.json')
  .map((path) => path.slice('./'.length));

describe('the package', () => {
  it('imports no other package from its root', () => {
    expect([...graphOf('index.ts').packages]).toEqual([]);
  });

  it('reaches no adapter from its root but the one in memory', () => {
    const reached = [...graphOf('index.ts').files].map((file) => file.split('/'));
    const reachedFolders = reached.filter((parts) => parts.length > 1).map(([folder]) => folder);
    expect([...new Set(reachedFolders)].sort()).toEqual(['core', 'kit', 'memory']);
  });

  it('exports each folder with an index, and nothing else', () => {
    expect([...subpaths].sort()).toEqual([...folders].sort());
  });

  it('has every entry in the table of its README, and no other', () => {
    const rows = readFileSync(join(src, '../README.md'), 'utf8').matchAll(/^\| `anywise\/([a-z]+)` \|/gm);
    expect([...rows].map(([, folder]) => folder).sort()).toEqual([...folders].sort());
  });

  it('publishes no file that only tests use', () => {
    const entries = ['index.ts', 'cli/main.ts', ...folders.map((folder) => `${folder}/index.ts`)];
    const used = new Set(entries.flatMap((entry) => [...graphOf(entry).files]));
    expect(sourceFiles().filter((file) => !used.has(file))).toEqual([]);
  });

  it('names the source, the types and the code of each entry in the same way', () => {
    const entries = folders.map((folder) => [`./${folder}`, entryAt(`${folder}/index`)] as const);
    expect(manifest.exports).toEqual({
      '.': { browser: entryAt('contract/index'), ...entryAt('index') },
      ...Object.fromEntries(entries),
      './package.json': './package.json',
    });
  });

  it('needs nothing of Node for what browsers get', () => {
    const graph = [...graphOf('contract/index.ts').files];
    const needy = graph.filter((file) => readFileSync(join(src, file), 'utf8').includes(" from 'node:"));
    expect(graph.length).toBeGreaterThan(10);
    expect(needy).toEqual([]);
  });

  it('has no dependency, and no peer that must be there', () => {
    expect(manifest.dependencies ?? {}).toEqual({});
    const needed = Object.keys(manifest.peerDependencies).filter(
      (name) => manifest.peerDependenciesMeta[name]?.optional !== true,
    );
    expect(needed).toEqual([]);
  });

  it.each(folders)('needs at most one library for `anywise/%s`, and names it', (folder) => {
    const packages = [...graphOf(`${folder}/index.ts`).packages];
    // A URL loads one adapter, and it needs no more than that one does.
    if (folder !== 'connect') expect(new Set(packages.map(libraryOf)).size).toBeLessThanOrEqual(1);
    expect(Object.keys(manifest.peerDependencies)).toEqual(expect.arrayContaining(packages));
  });
});

/** Without the path within it. */
function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

/** The packages of one scope are one library. */
function libraryOf(name: string): string {
  return name.startsWith('@') ? name.slice(0, name.indexOf('/')) : name;
}

function entryAt(path: string): Readonly<Record<string, string>> {
  return { '@anywise/source': `./src/${path}.ts`, types: `./dist/${path}.d.ts`, default: `./dist/${path}.js` };
}
