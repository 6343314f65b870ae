import { expect, it } from '@jest/globals';
import { publicManifest } from './manifest.js';

/** @type {import('./workspace.js').Workspace} */
const workspace = {
  root: '/work',
  packages: new Map([['core', { folder: '/work/packages/core', manifest: { name: 'core', version: '2.1.0' } }]]),
  catalog: { zod: '4.6.7' },
};
const from = { workspace, folder: '/work/packages/web', repository: undefined };
const manifest = { name: 'web', version: '1.0.0' };

it('leaves out the source, wherever it is named, and what is nothing else', () => {
  const exports = {
    '.': { '@anywise/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
    './a': { node: { '@anywise/source': './src/a.ts', default: './dist/a.js' } },
    './ours': { '@anywise/source': './src/ours.ts' },
    './package.json': './package.json',
  };
  expect(publicManifest({ ...manifest, ...{ exports } }, from)).toEqual({
    ...manifest,
    exports: {
      '.': { types: './dist/index.d.ts', default: './dist/index.js' },
      './a': { node: { default: './dist/a.js' } },
      './package.json': './package.json',
    },
  });
});

it('leaves out what only the workspace needs', () => {
  const own = { scripts: { build: 'tsc' }, devDependencies: { core: 'workspace:*' } };
  expect(publicManifest({ ...manifest, ...own }, from)).toEqual(manifest);
});

it('names versions in place of the workspace and the catalog', () => {
  const dependencies = { core: 'workspace:*', zod: 'catalog:', pg: '^8.23.0' };
  const peerDependencies = { core: 'workspace:*', eslint: '>=9' };
  expect(publicManifest({ ...manifest, dependencies, peerDependencies }, from)).toEqual({
    ...manifest,
    dependencies: { core: '^2.1.0', zod: '^4.6.7', pg: '^8.23.0' },
    peerDependencies: { core: '^2.1.0', eslint: '>=9' },
  });
});

it('refuses a version that the workspace does not know', () => {
  expect(() => publicManifest({ ...manifest, dependencies: { other: 'workspace:*' } }, from)).toThrow(
    '`other` is `workspace:*`, and the workspace has no version of it.',
  );
});

it('leads to its folder in the repository', () => {
  expect(publicManifest(manifest, { ...from, repository: 'https://github.com/acme/bus' })).toEqual({
    ...manifest,
    homepage: 'https://github.com/acme/bus/tree/main/packages/web#readme',
    bugs: { url: 'https://github.com/acme/bus/issues' },
    repository: { type: 'git', url: 'git+https://github.com/acme/bus.git', directory: 'packages/web' },
  });
});
