import { describe, expect, it } from '@jest/globals';
import { newSlice } from './new-slice.js';
import { createWorkspace } from './testing/workspace.js';

/** A workspace whose installs are counted. */
function begin() {
  const workspace = createWorkspace();
  const installs: string[] = [];
  const install = (root: string) => {
    installs.push(root);
    return 'Installed.';
  };
  const run = (...args: string[]) => newSlice(args, { root: workspace.root, install });
  return { ...workspace, installs, run };
}

it('makes a slice with a contract, and installs', async () => {
  using workspace = begin();
  const before = workspace.files();
  const said = await workspace.run('shipping');
  const after = workspace.files();
  const added = [...after.keys()].filter((path) => !before.has(path));
  expect(added).toEqual(expect.arrayContaining(['packages/contracts/src/shipping.ts', 'services/shipping/src/app.ts']));
  for (const path of added) expect(said).toContain(`  new   ${path}\n`);
  const unedited = [...before].filter(([path]) => !path.startsWith('services/all/'));
  for (const [path, text] of unedited) expect(after.get(path)).toBe(text);
  expect(workspace.installs).toEqual([workspace.root]);
  expect(said).toContain('Next:');
});

describe('the process that runs all slices', () => {
  const main = 'services/all/src/main.ts';
  const manifest = 'services/all/package.json';

  it('gets a new slice, formatted, once', async () => {
    using workspace = begin();
    const said = await workspace.run('gift-cards');
    expect(said).toContain(`  edit  ${manifest}\n          "@anywise/gift-cards": "workspace:*"\n`);
    expect(said).toContain(`          runTogether([…, giftCards])\n`);
    expect(workspace.read(main)).toMatchInlineSnapshot(`
      "import { app as giftCards } from '@anywise/gift-cards/app';
      import { app as orders } from '@anywise/orders/app';
      import { runTogether } from '@anywise/service';

      await runTogether([orders, giftCards]);
      "
    `);
    expect(workspace.read(manifest)).toMatchInlineSnapshot(`
      "{
        "name": "@anywise/all",
        "dependencies": {
          "@anywise/gift-cards": "workspace:*",
          "@anywise/orders": "workspace:*",
          "@anywise/service": "workspace:*"
        },
        "devDependencies": {}
      }
      "
    `);
    expect(workspace.read('services/gift-cards/package.json')).toContain('"./app": {');
    const before = workspace.files();
    expect(await workspace.run('gift-cards')).toContain('exists already');
    expect(workspace.files()).toEqual(before);
    expect(workspace.installs).toHaveLength(1);
  });

  it('breaks its list when it becomes too long, and gets back its one line', async () => {
    using workspace = begin();
    const before = workspace.files();
    const names = [
      'customer-complaints',
      'delivery-addresses',
      'discount-campaigns',
      'supplier-invoices',
      'warranty-extensions',
    ];
    for (const name of names) await workspace.run(name);
    expect(workspace.read(main)).toContain('runTogether([\n  orders,\n  customerComplaints,\n');
    for (const name of names) await workspace.run(name, '--remove');
    expect(workspace.files()).toEqual(before);
  });

  it('gets a slice that it lacks', async () => {
    using workspace = begin();
    const before = workspace.files();
    await workspace.run('shipping');
    const after = workspace.files();
    for (const path of [main, manifest]) workspace.write(path, before.get(path) ?? '');
    expect(await workspace.run('shipping')).toContain(`  edit  ${main}\n`);
    expect(workspace.files()).toEqual(after);
  });

  it.each([
    ['does not look as expected', 'await runTogether(list());\n'],
    ['calls something else the same', "import { shipping } from './own.js';\n\nawait runTogether([shipping]);\n"],
  ])('is left alone where it %s, with what to add by hand', async (_how, text) => {
    using workspace = begin();
    workspace.write(main, text);
    const said = await workspace.run('shipping');
    expect(said).toContain(`  left  ${main} does not look as expected. Add these by hand:\n`);
    expect(said).toContain("          import { app as shipping } from '@anywise/shipping/app';\n");
    expect(workspace.read(main)).toBe(text);
    const again = await workspace.run('shipping');
    expect(again).toContain('exists already');
    expect(again).toContain(`  left  ${main}`);
    expect(workspace.installs).toHaveLength(1);
  });

  it('keeps a slice that it uses in a way of its own', async () => {
    using workspace = begin();
    await workspace.run('shipping');
    workspace.write(main, "import { app } from '@anywise/shipping/app';\n\nawait runTogether(first(app));\n");
    const before = workspace.files();
    await expect(workspace.run('shipping', '--remove')).rejects.toThrow(`uses it  ${main}`);
    expect(workspace.files()).toEqual(before);
  });

  it('need not be there', async () => {
    using workspace = begin();
    workspace.drop('services/all');
    const before = workspace.files();
    await workspace.run('shipping');
    expect(workspace.has('services/all')).toBe(false);
    await workspace.run('shipping', '--remove');
    expect(workspace.files()).toEqual(before);
  });
});

it('leaves no name of the template behind', async () => {
  using workspace = begin();
  await workspace.run('gift-cards');
  const made = [...workspace.files()].filter(([path, text]) => `${path} ${text}`.includes('gift-card'));
  expect(made.length).toBeGreaterThan(10);
  for (const [path, text] of made) expect(`${path} ${text}`).not.toMatch(/sample/i);
});

it('gives each slice a port of its own: the first that is free', async () => {
  using workspace = begin();
  await workspace.run('shipping');
  await workspace.run('gift-cards');
  await workspace.run('shipping', '--remove');
  await workspace.run('invoices');
  expect(workspace.read('services/invoices/package.json')).toContain('"port": 3002\n');
  expect(workspace.read('services/gift-cards/package.json')).toContain('"port": 3003\n');
});

it.each([['--dry-run'], ['--dry-run', '--remove']])('writes nothing with %s', async (...flags) => {
  using workspace = begin();
  if (flags.includes('--remove')) await workspace.run('shipping');
  const before = workspace.files();
  const { length } = workspace.installs;
  const said = await workspace.run('shipping', ...flags);
  expect(said).toContain('services/shipping/src/app.ts');
  expect(workspace.files()).toEqual(before);
  expect(workspace.installs).toHaveLength(length);
});

it('says so if the slice exists unchanged', async () => {
  using workspace = begin();
  await workspace.run('shipping');
  const before = workspace.files();
  expect(await workspace.run('shipping')).toMatchInlineSnapshot(
    `"\`shipping\` exists already: 24 files, all as generated."`,
  );
  expect(workspace.files()).toEqual(before);
});

it('adds the missing files of a generated slice', async () => {
  using workspace = begin();
  await workspace.run('shipping');
  const before = workspace.files();
  workspace.drop('services/shipping/src/app.ts');
  expect(await workspace.run('shipping')).toContain('  new   services/shipping/src/app.ts\n  same  ');
  expect(workspace.files()).toEqual(before);
});

it('overwrites nothing that was changed, and writes nothing else', async () => {
  using workspace = begin();
  await workspace.run('shipping');
  workspace.write('services/shipping/src/app.ts', 'export {};\n');
  workspace.drop('services/shipping/src/main.ts');
  const before = workspace.files();
  await expect(workspace.run('shipping')).rejects.toThrowErrorMatchingInlineSnapshot(`
    "\`shipping\` is taken: there is a slice \`shipping\` already. Try \`customer-shipping\`.
    These are not as they would be generated:
      services/shipping/src/app.ts
    Nothing was written."
  `);
  expect(workspace.files()).toEqual(before);
});

it.each([
  ['a folder', 'services/shipping/notes.txt', '`shipping` is taken: there is `services/shipping` already.'],
  [
    'a package',
    'packages/parcels/package.json',
    '`shipping` is taken: there is the package `@anywise/shipping` already.',
  ],
  [
    'a contract',
    'packages/contracts/src/shipping.ts',
    '`shipping` is taken: there is `packages/contracts/src/shipping.ts` already.',
  ],
])('does not take the name of %s', async (_what, path, message) => {
  using workspace = begin();
  workspace.write(path, '{ "name": "@anywise/shipping" }\n');
  const before = workspace.files();
  await expect(workspace.run('shipping')).rejects.toThrow(`${message} Try \`customer-shipping\`.`);
  expect(workspace.files()).toEqual(before);
});

it('removes a slice, and leaves the workspace as it was', async () => {
  using workspace = begin();
  const before = workspace.files();
  await workspace.run('shipping');
  workspace.write('services/shipping/node_modules/.bin/tsc', '');
  workspace.write('services/shipping/dist/main.js', '');
  const said = await workspace.run('shipping', '--remove');
  expect(said).toContain('  gone  services/shipping/src/app.ts\n');
  expect(workspace.files()).toEqual(before);
  expect(workspace.has('services/shipping')).toBe(false);
  expect(workspace.installs).toHaveLength(2);
});

it('removes nothing of a slice that was edited or is in use', async () => {
  using workspace = begin();
  await workspace.run('shipping');
  workspace.write('services/shipping/src/app.ts', 'export {};\n');
  workspace.write('services/shipping/src/extra.ts', "import '@anywise/contracts/shipping';\n");
  workspace.drop('services/shipping/src/main.ts');
  workspace.write('services/orders/src/on-shipping-created/listener.ts', "import '@anywise/contracts/shipping';\n");
  workspace.write('packages/contracts/src/index.ts', "export { shipping } from './shipping.js';\n");
  const before = workspace.files();
  await expect(workspace.run('shipping', '--remove')).rejects.toThrowErrorMatchingInlineSnapshot(`
    "\`shipping\` is not as it was generated, or is in use:
      changed  services/shipping/src/app.ts
      missing  services/shipping/src/main.ts
      added    services/shipping/src/extra.ts
      uses it  services/orders/src/on-shipping-created/listener.ts
      uses it  packages/contracts/src/index.ts
    Nothing was removed. Undo these changes first, or remove it yourself."
  `);
  expect(workspace.files()).toEqual(before);
});

it('refuses to remove a slice that was written by hand or does not exist', async () => {
  using workspace = begin();
  workspace.write('services/payments/src/app.ts', 'export const app = {};\n');
  const before = workspace.files();
  await expect(workspace.run('payments', '--remove')).rejects.toThrow('changed  services/payments/src/app.ts');
  await expect(workspace.run('shipping', '--remove')).rejects.toThrow('There is no slice `shipping`.');
  expect(workspace.files()).toEqual(before);
});

it('says that a slice exists already that could not have been generated', async () => {
  using workspace = begin();
  const before = workspace.files();
  await expect(workspace.run('orders')).rejects.toThrow(
    '`orders` is taken: there is a slice `orders` already. Try `customer-orders`.',
  );
  await expect(workspace.run('orders', '--remove')).rejects.toThrow(
    '`orders` was not generated, so nothing was removed. Remove it yourself.',
  );
  await expect(workspace.run('classes', '--remove')).rejects.toThrow('There is no slice `classes`.');
  expect(workspace.files()).toEqual(before);
});

it('makes and removes a slice in a checkout with Windows line ends', async () => {
  using workspace = begin();
  workspace.checkOutWith('\r\n');
  const before = workspace.files();
  await workspace.run('shipping');
  workspace.checkOutWith('\r\n');
  expect(await workspace.run('shipping')).toContain('exists already');
  await workspace.run('shipping', '--remove');
  expect(workspace.files()).toEqual(before);
});

it.each([
  [[], 'Which slice?'],
  [['shipping', 'invoices'], 'One name at a time'],
  [['shipping', '--force'], "Unknown option '--force'"],
])('does not understand %j, and says where to read on', async (args, message) => {
  using workspace = begin();
  const refused = workspace.run(...args);
  await expect(refused).rejects.toMatchObject({ exitCode: 2, message: expect.stringContaining(message) });
  await expect(refused).rejects.toThrow('`--help` shows how.');
});

it('shows its help', async () => {
  using workspace = begin();
  expect(await workspace.run('--help')).toContain('pnpm new:slice <name> [--dry-run] [--remove]');
});
