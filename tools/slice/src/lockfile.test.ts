import { expect, it } from '@jest/globals';
import { withImporter, withoutImporter } from './lockfile.js';

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

it('leaves a folder alone that is locked, and one that is not there', () => {
  expect(withImporter(lockfile, 'services/payments', 'services/orders')).toBe(lockfile);
  expect(withoutImporter(lockfile, 'services/ab')).toBe(lockfile);
});

it('leaves a lockfile alone that it does not understand', () => {
  const other = 'lockfileVersion: 10\n';
  expect(withImporter(other, 'services/shipping', 'services/orders')).toBe(other);
  expect(withoutImporter(other, 'services/shipping')).toBe(other);
});
