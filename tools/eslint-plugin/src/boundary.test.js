import { afterAll, describe, expect, it } from '@jest/globals';
import { pathToFileURL } from 'node:url';
import { boundaryOf } from './boundary.js';
import { createFixture } from './testing/fixture.js';
import { createWorkspaceReader } from './workspace.js';

const fixture = createFixture();
afterAll(fixture.dispose);
fixture.link('services/orders/src/linked', 'services/payments/src');
fixture.link('services/orders/src/linked-file.ts', 'services/payments/src/index.ts');
fixture.link('services/orders/node_modules/pay', 'services/payments');
fixture.addPackage('node_modules/.pnpm/pay@file/node_modules/@anywise/payments', '@anywise/payments');
fixture.link('services/orders/node_modules/copied', 'node_modules/.pnpm/pay@file/node_modules/@anywise/payments');
fixture.link('services/orders/node_modules/@anywise/contracts', 'packages/contracts');

describe('a file of a slice', () => {
  const boundary = boundaryIn('services/orders/src/app.ts');

  it.each([
    '@anywise/payments',
    '@anywise/payments/src/index.js',
    '../../payments',
    '../../payments/src/index.js',
    '../../payments/src/index.js?raw',
    '../../%70ayments/src/index.js',
    '../../../services/payments/src/index.js',
    './../../orders/../payments/package.json',
    fixture.path('services/payments/src/index.js'),
    pathToFileURL(fixture.path('services/payments/src/index.js')).href,
    '../node_modules/@anywise/payments/src/index.js',
    '../../../node_modules/@anywise/payments',
    './linked/index.js',
    './linked-file.js',
    './linked-file',
    'pay',
    'pay/src/index.js',
    'copied',
    'copied/src/index.js',
  ])('does not reach another slice by %s', (specifier) => {
    expect(boundary?.crossedBy({ specifier })?.folder).toBe('services/payments');
  });

  it.each([
    '@anywise/orders',
    '@anywise/orders/src/model.js',
    '../../orders/src/model.js',
    fixture.path('services/orders/src/model.js'),
    pathToFileURL(fixture.path('services/orders/src/model.js')).href,
    './payments/index.js',
    '../payments/index.js',
    './services/payments/index.js',
    '@anywise/payments-ui',
    '@anywise/payments-ui/src/index.js',
    '@anywise/payment',
    '@other/payments',
    'payments',
    'anywise-payments',
    '#payments',
    '../../payments-ui/src/index.js',
    '../../payments.js',
    '@anywise/contracts',
    '../../../packages/contracts/src/index.js',
    'anywise/memory',
    'node:fs',
    'https://cdn.example/@anywise/payments',
    'file://host/services/payments',
    '..',
    '../..',
  ])('may name %s', (specifier) => {
    expect(boundary?.crossedBy({ specifier })).toBeUndefined();
  });

  it('reads a specifier with a base as a path', () => {
    const base = pathToFileURL(fixture.path('services/orders/package.json')).href;
    expect(boundary?.crossedBy({ specifier: '../payments', bases: [base] })?.folder).toBe('services/payments');
    expect(boundary?.crossedBy({ specifier: '@anywise/payments', bases: [base] })).toBeUndefined();
  });
});

describe('a file of a slice with aliases', () => {
  fixture.addPackage('services/shop', '@anywise/shop', {
    imports: { '#pay': '@anywise/payments', '#pay/*': { default: '@anywise/payments/src/*' }, '#own/*': './src/*' },
    dependencies: {
      pay: 'workspace:@anywise/payments@*',
      'pay-link': 'link:../payments',
      'pay-file': 'file:../payments',
      'pay-npm': 'npm:@anywise/payments@1',
      express: '^5.0.0',
      contracts: 'workspace:@anywise/contracts@*',
    },
  });
  fixture.write(
    'services/shop/tsconfig.json',
    `{
      // As TypeScript reads it, with comments and trailing commas.
      "extends": "../../tsconfig.base",
      "compilerOptions": { "baseUrl": "..", "paths": { "~/*": ["./shop/src/*"], "~pay/*": ["./payments/src/*"], } },
    }`,
  );
  fixture.write(
    'tsconfig.base.json',
    '{ "compilerOptions": { "paths": { "$pay": ["services/payments/src/index.ts"] } } }',
  );
  const boundary = boundaryIn('services/shop/src/app.ts');

  it.each([
    '#pay',
    '#pay/index.js',
    'pay',
    'pay/src/index.js',
    'pay-link',
    'pay-file/src/index.js',
    'pay-npm',
    '~pay/index.js',
    '$pay',
    'payments/src/index.js',
  ])('does not reach another slice by %s', (specifier) => {
    expect(boundary?.crossedBy({ specifier })?.folder).toBe('services/payments');
  });

  it.each(['#own/pay.js', '#payments', '~/pay.js', 'shop/src/pay.js', 'express', 'contracts', 'pay-page', '$payments'])(
    'may name %s',
    (specifier) => {
      expect(boundary?.crossedBy({ specifier })).toBeUndefined();
    },
  );
});

describe('a file of a package', () => {
  const boundary = boundaryIn('packages/contracts/src/payments.ts');

  it('reaches no slice', () => {
    expect(boundary).toMatchObject({ folder: 'packages/contracts', slice: undefined });
    expect(boundary?.crossedBy({ specifier: '@anywise/payments' })?.folder).toBe('services/payments');
    expect(boundary?.crossedBy({ specifier: '../../../services/orders/src/index.js' })?.folder).toBe('services/orders');
  });

  it('may name packages', () => {
    expect(boundary?.crossedBy({ specifier: '@anywise/contracts' })).toBeUndefined();
    expect(boundary?.crossedBy({ specifier: '../../anywise/src/index.js' })).toBeUndefined();
  });
});

it.each(['tools/dev/src/main.ts', 'e2e/src/orders.ts', 'eslint.config.js', 'services/README.md'])(
  'keeps %s out of nothing',
  (file) => {
    expect(boundaryIn(file)).toBeUndefined();
  },
);

it('follows a link to the whole workspace', () => {
  fixture.link('link', '.');
  const { root } = fixture;
  for (const file of ['link/services/orders/src/app.ts', 'link/packages/contracts/src/index.ts']) {
    const path = fixture.path(file);
    const boundary = boundaryOf(path, createWorkspaceReader()(path, { root }));
    expect(boundary?.crossedBy({ specifier: '../../../services/payments' })?.folder).toBe('services/payments');
  }
});

/** @param {string} file */
function boundaryIn(file) {
  return boundaryOf(fixture.path(file), createWorkspaceReader()(fixture.path(file), {}));
}
