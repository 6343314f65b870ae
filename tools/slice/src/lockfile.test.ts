import { expect, it } from '@jest/globals';
import { withImporter } from './lockfile.js';

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
  ['services/accounts', '  services/orders:'],
  ['services/parcels', '  services/payments:'],
  ['services/shipping', 'packages:'],
])('locks %s in its place', (folder, next) => {
  expect(withImporter(lockfile, folder, 'services/orders')).toBe(lockfile.replace(next, `${entry(folder)}${next}`));
});

it('leaves a folder alone that is locked', () => {
  expect(withImporter(lockfile, 'services/payments', 'services/orders')).toBe(lockfile);
});

it('leaves a lockfile alone that it does not understand', () => {
  expect(withImporter('lockfileVersion: 10\n', 'services/shipping', 'services/orders')).toBe('lockfileVersion: 10\n');
});
