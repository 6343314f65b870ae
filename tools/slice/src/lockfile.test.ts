import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { withImporter, withLink, withoutImporter, withoutLink } from './lockfile.js';
import { ownWorkspace } from './workspace.js';

const lockfile = `lockfileVersion: '9.0'

importers:

  .: {}

  services/orders:
    dependencies:
      express:
        specifier: 'catalog:'
        version: 5.3.0

  services/payments:
    dependencies:
      zod:
        specifier: 'catalog:'
        version: 4.6.7

packages:

  services/ab:
    resolution: {}
`;

const entry = (folder: string) => `  ${folder}:
    dependencies:
      express:
        specifier: 'catalog:'
        version: 5.3.0

`;

it.each([
  ['bench/dispatch', '  services/orders:'],
  ['services/accounts', '  services/orders:'],
  ['services/parcels', '  services/payments:'],
  ['services/shipping', 'packages:'],
])('locks %s in its place, and takes it out', (folder, next) => {
  const locked = withImporter(lockfile, folder, 'services/orders');
  expect(locked).toBe(lockfile.replace(next, `${entry(folder)}${next}`));
  expect(withoutImporter(locked, folder)).toBe(lockfile);
});

it('ignores a locked folder and a missing one', () => {
  expect(withImporter(lockfile, 'services/payments', 'services/orders')).toBe(lockfile);
  expect(withoutImporter(lockfile, 'services/ab')).toBe(lockfile);
});

it.each([
  ['has no folders', 'lockfileVersion: 10\n'],
  ['has two documents', `---\nlockfileVersion: 10\n---\n${lockfile}`],
  ['is not YAML', 'importers:\n  services/orders: {\n'],
  ['is written otherwise', lockfile.replace("'9.0'", '"9.0"').replace('express:', '"express":  ')],
])('leaves a lockfile alone that %s', (_what, other) => {
  expect(withImporter(other, 'services/shipping', 'services/orders')).toBe(other);
  expect(withoutImporter(other, 'services/shipping')).toBe(other);
});

it("puts one entry into this workspace's own lockfile, and leaves every other line", () => {
  const own = readFileSync(join(ownWorkspace, 'pnpm-lock.yaml'), 'utf8');
  const locked = withImporter(own, 'services/shipping', 'services/orders');
  expect(locked.replace(/\n {2}services\/shipping:\n(?: {4}.*\n)+/, '')).toBe(own);
  expect(withoutImporter(locked, 'services/shipping')).toBe(own);
});

it("links a slice to the process that runs all in this workspace's own lockfile, once, and takes it out", () => {
  const own = readFileSync(join(ownWorkspace, 'pnpm-lock.yaml'), 'utf8');
  for (const slice of ['accounts', 'shipping', 'pay']) {
    const linked = withLink(own, 'services/all', `@anywise/${slice}`);
    const link = `      '@anywise/${slice}':\n        specifier: workspace:*\n        version: link:../${slice}\n`;
    expect(linked.split(link)).toHaveLength(2);
    expect(linked.replace(link, '')).toBe(own);
    expect(withLink(linked, 'services/all', `@anywise/${slice}`)).toBe(linked);
    expect(withoutLink(linked, 'services/all', `@anywise/${slice}`)).toBe(own);
  }
  expect(withLink(own, 'services/none', '@anywise/shipping')).toBe(own);
  expect(withoutLink(own, 'services/none', '@anywise/shipping')).toBe(own);
});

it('locks any number of folders in any order, and removes them again', () => {
  const folder = fc.stringMatching(/^[a-z][a-z\d]{0,6}(-[a-z\d]{1,6})?$/).map((name) => `services/${name}`);
  const folders = fc.uniqueArray(folder, { maxLength: 8 });
  fc.assert(
    fc.property(folders, fc.boolean(), (added, hasCrLf) => {
      const before = hasCrLf ? lockfile.replaceAll('\n', '\r\n') : lockfile;
      const locked = added.reduce((text, each) => withImporter(text, each, 'services/orders'), before);
      const paths = [...locked.matchAll(/^ {2}(services\/\S+):\r?\n {4}dep/gm)].map(([, path]) => path);
      expect(paths).toEqual([...new Set([...added, 'services/orders', 'services/payments'])].sort());
      expect(added.reduce((text, each) => withImporter(text, each, 'services/orders'), locked)).toBe(locked);
      const removed = added.filter((each) => !['services/orders', 'services/payments'].includes(each));
      expect(removed.reduce(withoutImporter, locked)).toBe(before);
    }),
    { numRuns: 30 },
  );
});
