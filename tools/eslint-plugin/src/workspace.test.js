import { afterAll, describe, expect, it } from '@jest/globals';
import { createFixture } from './testing/fixture.js';
import { WorkspaceError, createWorkspaceReader } from './workspace.js';

const fixture = createFixture();
afterAll(fixture.dispose);
const file = fixture.path('services/orders/src/app.ts');

describe('the slices', () => {
  it('are the folders with a package.json', () => {
    fixture.write('services/README.md', '');
    fixture.write('services/left-over/node_modules/a/index.js', '');
    expect(namesOf(createWorkspaceReader()(file, {}))).toEqual(['@anywise/orders', '@anywise/payments']);
  });

  it('may be in several folders', () => {
    fixture.addPackage('apps/shop/slices/cart', '@anywise/cart');
    fixture.addPackage('apps/office/slices/ledger', '@anywise/ledger');
    const slices = ['apps/*/slices/*', 'services/orders'];
    expect(namesOf(createWorkspaceReader()(file, { slices }))).toEqual([
      '@anywise/ledger',
      '@anywise/cart',
      '@anywise/orders',
    ]);
  });

  it('are read again when they change', () => {
    let now = 0;
    const read = createWorkspaceReader(() => (now += 1000));
    read(file, {});
    fixture.addPackage('services/shipping', '@anywise/shipping');
    expect(namesOf(read(file, {}))).toContain('@anywise/shipping');
    fixture.addPackage('services/shipping', '@anywise/delivery');
    expect(namesOf(read(file, {}))).toContain('@anywise/delivery');
    fixture.remove('services/shipping');
    expect(namesOf(read(file, {}))).toEqual(['@anywise/orders', '@anywise/payments']);
  });
});

describe('the root', () => {
  it('is the nearest folder with a pnpm-workspace.yaml', () => {
    expect(createWorkspaceReader()(file, {}).root).toBe(fixture.root);
  });

  it('can be given', () => {
    fixture.addPackage('nested/services/cart', '@anywise/cart');
    const root = fixture.path('nested');
    expect(createWorkspaceReader()(file, { root })).toMatchObject({ root, slices: [{ name: '@anywise/cart' }] });
  });
});

describe('shared code', () => {
  it('is in `packages` by default', () => {
    expect(sharedBy({})).toEqual(['packages/contracts']);
  });

  it('may be in other folders', () => {
    expect(sharedBy({ shared: ['services'] })).toEqual(['packages/contracts', 'services']);
  });

  it('includes contracts', () => {
    fixture.addPackage('libs/messages', '@anywise/messages');
    expect(sharedBy({ contracts: ['libs/messages'] })).toEqual(['libs/messages', 'packages/contracts']);
  });

  it('is optional', () => {
    fixture.addPackage('bare/services/cart', '@anywise/cart');
    expect(sharedBy({ root: fixture.path('bare') })).toEqual([]);
  });
});

describe('a mistake in the configuration', () => {
  it('is a pattern for slices that matches none', () => {
    expect(mistake({ slices: ['services/*', 'apps/cart'] })).toMatchInlineSnapshot(
      `"The option \`slices\`: no folder with a package.json matches \`apps/cart\` in \`<root>\`. Correct the pattern or remove it."`,
    );
  });

  it('is a pattern for shared code that matches no folder', () => {
    expect(mistake({ shared: ['package/*'] })).toMatchInlineSnapshot(
      `"The option \`shared\`: no folder matches \`package/*\` in \`<root>\`. Correct the pattern or remove it."`,
    );
  });

  it('is a pattern for contracts that matches no folder', () => {
    expect(mistake({ contracts: ['contracts'] })).toMatchInlineSnapshot(
      `"The option \`contracts\`: no folder matches \`contracts\` in \`<root>\`. Correct the pattern or remove it."`,
    );
  });

  it('is a relative root', () => {
    expect(mistake({ root: '.' })).toMatchInlineSnapshot(
      `"The option \`root\` must be an absolute path, not \`.\`. Use \`import.meta.dirname\`."`,
    );
  });

  it('is a root that does not exist', () => {
    expect(mistake({ root: fixture.path('nowhere') })).toMatchInlineSnapshot(
      `"The option \`slices\`: no folder with a package.json matches \`services/*\` in \`<root>/nowhere\`. Correct the pattern or remove it."`,
    );
  });

  it('is a workspace that cannot be found', () => {
    expect(mistake({}, '/nowhere/app.ts')).toMatchInlineSnapshot(
      `"No folder above \`/nowhere/app.ts\` has a pnpm-workspace.yaml. Set the option \`root\`."`,
    );
  });

  it('is a slice without a name', () => {
    fixture.write('services/unnamed/package.json', '{}');
    expect(mistake({ slices: ['services/unnamed'] })).toMatchInlineSnapshot(
      `"\`<root>/services/unnamed/package.json\` has no \`name\`, so imports of this slice cannot be recognised. Give it one."`,
    );
  });

  it('is a slice with a broken manifest', () => {
    fixture.write('services/broken/package.json', '{ "name": ');
    expect(mistake({ slices: ['services/broken'] })).toMatchInlineSnapshot(
      `"\`<root>/services/broken/package.json\` is not valid JSON, so imports of this slice cannot be recognised. Fix it."`,
    );
  });
});

/**
 * @param {import('./workspace.js').Options} options
 * @param {string} [path]
 */
function mistake(options, path = file) {
  try {
    createWorkspaceReader()(path, options);
    return undefined;
  } catch (error) {
    return error instanceof WorkspaceError ? error.message.replaceAll(fixture.root, '<root>') : error;
  }
}

/** @param {import('./workspace.js').Options} options */
function sharedBy(options) {
  return createWorkspaceReader()(file, options).shared.map(({ folder }) => folder);
}

/** @param {import('./workspace.js').Workspace} workspace */
function namesOf({ slices }) {
  return slices.map(({ name }) => name);
}
