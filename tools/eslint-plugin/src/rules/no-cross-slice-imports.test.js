import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Linter } from 'eslint';
import plugin from '../index.js';
import { createFixture } from '../testing/fixture.js';

/** @type {ReturnType<typeof createFixture>} */
let workspace;
beforeEach(() => {
  jest.useFakeTimers();
  workspace = createFixture();
});
afterEach(() => {
  workspace.dispose();
  jest.useRealTimers();
});

describe('a reference into another slice', () => {
  it('reports what to do instead', () => {
    expect(lint('services/orders/src/app.js', `import { pay } from '@anywise/payments/src/pay.js';`))
      .toMatchInlineSnapshot(`
      [
        "\`services/orders\` reaches into the slice \`services/payments\` via \`@anywise/payments/src/pay.js\`. Share a message through \`@anywise/contracts\` instead: send a command or query of \`services/payments\`, or listen to one of its events. See docs/boundaries.md.",
      ]
    `);
  });

  it('is reported from shared code, too', () => {
    expect(lint('packages/contracts/src/index.js', `export * from '../../../services/orders/src/index.js';`))
      .toMatchInlineSnapshot(`
      [
        "\`packages/contracts\` is shared code, but it reaches into the slice \`services/orders\` via \`../../../services/orders/src/index.js\`. Shared code must not depend on any slice: move what it needs out of \`services/orders\`, or share a message through \`@anywise/contracts\`. See docs/boundaries.md.",
      ]
    `);
  });

  it('is reported at its position', () => {
    const [message] = verify('services/orders/src/app.js', `\nawait import('@anywise/payments');`);
    expect(message).toMatchObject({ line: 2, column: 14, endLine: 2, endColumn: 33 });
  });

  it('is reported from the moment the slice exists', () => {
    const code = `import '@anywise/shipping';`;
    expect(lint('services/orders/src/app.js', code)).toEqual([]);
    workspace.addPackage('services/shipping', '@anywise/shipping');
    jest.advanceTimersByTime(1000);
    expect(lint('services/orders/src/app.js', code)).toHaveLength(1);
  });

  it('is allowed outside slices and shared code', () => {
    expect(lint('e2e/src/system.js', `import '@anywise/payments';`)).toEqual([]);
  });
});

describe('a configuration that would check nothing', () => {
  it('is reported at the top of each file', () => {
    workspace.remove('pnpm-workspace.yaml');
    expect(lint('e2e/src/system.js', `import '@anywise/payments';`)).toMatchInlineSnapshot(`
      [
        "Slice boundaries cannot be checked. No folder above \`<root>/e2e/src/system.js\` has a pnpm-workspace.yaml. Set the option \`root\`.",
      ]
    `);
  });

  it('includes a folder that may be a slice but has no package.json', () => {
    workspace.write('services/shipping/src/app.js', '');
    expect(lint('services/shipping/src/app.js', '')).toMatchInlineSnapshot(`
      [
        "Slice boundaries cannot be checked. \`services/shipping\` is in a folder for slices but has no package.json. Add one that has a name, or move the folder.",
      ]
    `);
  });

  it('is reported until it is fixed', () => {
    workspace.write('services/payments/package.json', '{ "name": ');
    expect(lint('services/orders/src/app.js', '')).toHaveLength(1);
    expect(lint('services/orders/src/app.js', '')).toHaveLength(1);
    workspace.addPackage('services/payments', '@anywise/payments');
    expect(lint('services/orders/src/app.js', '')).toEqual([]);
  });

  it.each([
    { slices: [] },
    { slices: ['!services/*'] },
    { slices: ['services/**'] },
    { slices: ['services/svc-*'] },
    { slices: ['/services'] },
    { slice: ['services/*'] },
    { root: 1 },
  ])('is refused: %j', (options) => {
    expect(() => lint('services/orders/src/app.js', '', options)).toThrow('no-cross-slice-imports');
  });
});

/**
 * @param {string} file
 * @param {string} code
 * @param {object} [options]
 */
function lint(file, code, options) {
  return verify(file, code, options).map(({ message }) => message.replaceAll(workspace.root, '<root>'));
}

/**
 * @param {string} file
 * @param {string} code
 * @param {object} [options]
 */
function verify(file, code, options = {}) {
  /** @type {Linter.RulesRecord} */
  const rules = { 'anywise/no-cross-slice-imports': ['error', options] };
  const linter = new Linter({ cwd: workspace.root });
  return linter.verify(code, [...plugin.configs.recommended, { rules }], workspace.path(file));
}
