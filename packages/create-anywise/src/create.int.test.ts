import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createWorkspace } from './create.js';
import { gather, ownWorkspace } from './gather.js';
import { named } from './named.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'create-anywise-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const files = named(gather(ownWorkspace), 'my-shop');
const ours = (path: string): string => readFileSync(join(ownWorkspace, path), 'utf8');
const isCode = (path: string): boolean => /\.(ts|js|sql)$/.test(path);

describe('what it makes', () => {
  it.each([...files].filter(([path]) => /^(services\/(orders|payments)|packages)\//.test(path) && isCode(path)))(
    'is the code of this workspace: %s',
    (path, text) => {
      expect(text.replaceAll('@my-shop/', '@anywise/')).toBe(ours(path));
    },
  );

  it.each(['orders', 'payments'])('has every file of the slice `%s`', (slice) => {
    const entries = readdirSync(join(ownWorkspace, 'services', slice), { recursive: true, withFileTypes: true });
    const expected = entries
      .filter((entry) => entry.isFile() && !/node_modules|\/dist|\.turbo|\.anywise/.test(entry.parentPath))
      .map((entry) => posix.join(entry.parentPath.slice(ownWorkspace.length), entry.name));
    const made = [...files.keys()].filter((path) => path.startsWith(`services/${slice}/`));
    expect(made.sort()).toEqual(expected.sort());
  });

  it('names no package that only we have, and no version of the workspace that it is not', () => {
    for (const [path, text] of files) {
      if (!path.endsWith('package.json')) continue;
      const { dependencies = {}, devDependencies = {} } = JSON.parse(text) as Record<string, Record<string, string>>;
      for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
        const isOwn = name.startsWith('@my-shop/');
        expect({ path, name, isOwn: version.startsWith('workspace:') }).toEqual({ path, name, isOwn });
        if (version === 'catalog:')
          expect(files.get('pnpm-workspace.yaml')).toMatch(new RegExp(`^ {2}'?${name}'?: `, 'm'));
      }
    }
  });

  it('has links that lead somewhere', () => {
    for (const [path, text] of files) {
      if (!path.endsWith('.md')) continue;
      for (const [, to = ''] of text.matchAll(/\]\((?![a-z]+:|#)([^)#]+)/g)) {
        const target = posix.join(posix.dirname(path), to);
        const isThere = [...files.keys()].some((file) => file === target || file.startsWith(`${target}/`));
        expect({ path, to, isThere }).toEqual({ path, to, isThere: true });
      }
    }
  });
});

describe('the command', () => {
  it('writes a workspace, and says what to do next', async () => {
    const told = await createWorkspace(['my-shop', '--no-install'], folder);
    expect(told.replaceAll(/\d+ files/g, '<n> files')).toMatchInlineSnapshot(`
      "\`my-shop\` is there: <n> files in my-shop.

        cd my-shop
        npx -y pnpm@12.21.0 dev                  runs orders and payments, and says where
        npx -y pnpm@12.21.0 test                 lints, checks types and runs all tests
        npx -y pnpm@12.21.0 new:slice shipping   adds a slice

      README.md tells the rest."
    `);
    expect(readFileSync(join(folder, 'my-shop/package.json'), 'utf8')).toBe(files.get('package.json'));
    expect(existsSync(join(folder, 'my-shop/.gitignore'))).toBe(true);
  });

  it('takes a folder that holds nothing but what editors and Git leave', async () => {
    mkdirSync(join(folder, 'shop/.git'), { recursive: true });
    await createWorkspace([join(folder, 'shop'), '--no-install'], '/');
    expect(existsSync(join(folder, 'shop/services/orders/src/main.ts'))).toBe(true);
  });

  it('leaves a folder alone that is not empty', async () => {
    mkdirSync(join(folder, 'shop'));
    writeFileSync(join(folder, 'shop/novel.txt'), 'chapter 1');
    await expect(createWorkspace(['shop'], folder)).rejects.toThrow('is not empty:\n  novel.txt\nNothing was written.');
    expect(readdirSync(join(folder, 'shop'))).toEqual(['novel.txt']);
  });

  it('leaves nothing behind where it cannot write all', async () => {
    mkdirSync(join(folder, 'shop'));
    // In the way of a folder.
    writeFileSync(join(folder, 'shop/.vscode'), '');
    writeFileSync(join(folder, 'shop/.idea'), '');
    await createWorkspace(['shop', '--no-install'], folder);
    rmSync(join(folder, 'shop'), { recursive: true });
    mkdirSync(join(folder, 'shop/.git'), { recursive: true });
    writeFileSync(join(folder, 'file'), '');
    await expect(createWorkspace(['file/shop', '--no-install'], folder)).rejects.toThrow('ENOTDIR');
  });

  it.each([
    [[], 2, 'Which folder?'],
    [['one', 'two'], 2, 'One folder at a time: what is `two`?'],
    [['--fast'], 2, '`--help` shows how.'],
    [['My Shop'], 1, '`My Shop` cannot name packages.'],
    [['anywise'], 1, '`anywise` is the name of something else.'],
    [['9lives'], 1, 'cannot name packages.'],
    [['a'.repeat(61)], 1, 'is longer than 60 letters.'],
  ])('refuses %j', async (args, exitCode, message) => {
    await expect(createWorkspace(args, folder)).rejects.toMatchObject({
      exitCode,
      message: expect.stringContaining(message) as unknown,
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('shows help', async () => {
    expect(await createWorkspace(['--help'], folder)).toContain('npm create anywise <folder>');
  });
});
