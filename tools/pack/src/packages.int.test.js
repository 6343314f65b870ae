import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { fileURLToPath, URL } from 'node:url';
import process from 'node:process';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { sourceCondition } from './manifest.js';
import { cloneWorkspace } from './testing/clone.js';
import { describeCreatedWorkspace } from './testing/created-workspace.js';
import { createFolder } from './testing/folder.js';
import { packInstalled } from './testing/installed.js';
import { run } from './testing/run.js';
import { filesIn, textIn } from './testing/tarball.js';
import { findWorkspace, publicPackages } from './workspace.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const bins = join(root, 'tools/pack/node_modules/.bin');
const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const repository = 'https://github.com/acme/bus';
const packages = publicPackages(findWorkspace(root)).map(({ folder, manifest }) => ({
  name: manifest.name,
  version: manifest.version,
  folder: relative(root, folder),
}));

const world = createFolder();
/** What npm made of each package of a clone in which nothing was built. @type {Map<string, string>} */
const tarballs = new Map();

beforeAll(() => {
  const clone = join(world.path, 'clone');
  mkdirSync(clone);
  cloneWorkspace(root, clone);
  for (const { name, folder } of packages) {
    const cwd = join(clone, folder);
    tarballs.set(name, pack('npm', ['pack', '--silent'], cwd));
  }
}, 300_000);
afterAll(() => world.remove());

/** @param {string} command @param {readonly string[]} args @param {string} cwd */
function pack(command, args, cwd) {
  const to = join(world.path, `${command}-${cwd.replaceAll(/\W/g, '-')}`);
  mkdirSync(to);
  run(command, [...args, '--pack-destination', to], {
    cwd,
    env: { GITHUB_REPOSITORY: 'acme/bus', npm_config_yes: 'true' },
  });
  return join(to, /** @type {string} */ (readdirSync(to)[0]));
}

/** @param {string} name */
const tarballOf = (name) => /** @type {string} */ (tarballs.get(name));

describe.each(packages)('$name', ({ name, folder, version }) => {
  it('is the same from npm and from pnpm, and leaves its folder as it was', () => {
    const cwd = join(world.path, 'clone', folder);
    const byPnpm = pack('npx', [packageManager, 'pack'], cwd);
    expect(filesIn(byPnpm)).toEqual(filesIn(tarballOf(name)));
    /** @param {string} tarball */
    const manifestIn = (tarball) => {
      const { scripts: _scripts, ...manifest } = JSON.parse(textIn(tarball, 'package.json'));
      return manifest;
    };
    expect(manifestIn(byPnpm)).toEqual(manifestIn(tarballOf(name)));
    for (const file of ['package.json', 'README.md']) {
      expect(readFileSync(join(cwd, file), 'utf8')).toBe(readFileSync(join(root, folder, file), 'utf8'));
    }
  });

  it('names nothing that only this workspace has', () => {
    const manifest = textIn(tarballOf(name), 'package.json');
    for (const ours of [sourceCondition, 'workspace:', 'catalog:', 'devDependencies'])
      expect(manifest).not.toContain(ours);
  });

  it('says whose it is, and where to find it', () => {
    expect(filesIn(tarballOf(name))).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json']));
    expect(textIn(tarballOf(name), 'LICENSE')).toBe(readFileSync(join(root, 'LICENSE'), 'utf8'));
    expect(JSON.parse(textIn(tarballOf(name), 'package.json'))).toMatchObject({
      license: 'MIT',
      author: expect.any(String),
      description: expect.any(String),
      keywords: expect.arrayContaining([expect.any(String)]),
      homepage: `${repository}/tree/main/${folder}#readme`,
      repository: { url: `git+${repository}.git`, directory: folder },
      publishConfig: { access: 'public', provenance: true },
    });
  });

  it('has a README whose links lead somewhere', () => {
    const links = [...textIn(tarballOf(name), 'README.md').matchAll(/\]\(([^)]+)\)/g)].map(([, link = '']) => link);
    const base = `${repository}/blob/${name}@${version}/`;
    for (const link of links) {
      if (!link.startsWith(base)) expect(link).toMatch(/^(https:\/\/|#)/);
      else
        expect({ link, exists: existsSync(join(root, link.slice(base.length).replace(/#.*/, ''))) }).toEqual({
          link,
          exists: true,
        });
    }
  });

  it('has no tests, and no file that its maps miss', () => {
    const files = new Set(filesIn(tarballOf(name)));
    // A template has tests for those who use it.
    const own = [...files].filter((file) => !file.startsWith('template/'));
    expect(own.filter((file) => /\.test(-d)?\.|test-support|\.tsbuildinfo/.test(file))).toEqual([]);
    const to = createFolder();
    try {
      run('tar', ['-xzf', tarballOf(name)], { cwd: to.path });
      const missed = [...files]
        .filter((file) => file.endsWith('.map'))
        .flatMap((file) => {
          const { sources } = JSON.parse(readFileSync(join(to.path, 'package', file), 'utf8'));
          return sources.map((/** @type {string} */ source) => posix.join(dirname(file), source));
        })
        .filter((source) => !files.has(source));
      expect(missed).toEqual([]);
    } finally {
      to.remove();
    }
  });

  it('finds favour with publint', async () => {
    const tarball = readFileSync(tarballOf(name));
    const buffer = /** @type {ArrayBuffer} */ (
      tarball.buffer.slice(tarball.byteOffset, tarball.byteOffset + tarball.length)
    );
    const { messages, pkg } = await publint({ pack: { tarball: buffer }, strict: true });
    const told = messages.map((message) => formatMessage(message, pkg ?? {}, { color: false }) ?? message.code);
    // What a template holds is no package yet.
    expect(told.filter((text) => !text.startsWith('./template/'))).toEqual([]);
  });
});

it('has types that TypeScript finds, however it resolves modules', () => {
  // ESM only: what neither `require` nor `import` reaches in old modes of TypeScript is known, and said in the README.
  const told = run(
    join(bins, 'attw'),
    [tarballOf('anywise'), '--profile', 'esm-only', '--format', 'ascii', '--no-emoji'],
    {
      cwd: world.path,
    },
  );
  expect(told).toContain('"anywise/testing"');
  expect(told).not.toMatch(/(from ESM|bundler)\)?: (?!OK)/);
});

describe('in an empty folder', () => {
  const project = join(world.path, 'project');
  const readme = readFileSync(join(root, 'packages/anywise/README.md'), 'utf8');
  const blocks = [...readme.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code = '']) => code);
  const [smallest = ''] = blocks;

  beforeAll(() => {
    mkdirSync(project);
    writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'project', private: true, type: 'module' }));
    const anywise = join(root, 'packages/anywise');
    const others = packInstalled(['zod'], { from: anywise, to: world.path });
    const types = packInstalled(['@types/node'], { from: root, to: world.path });
    run('npm', ['install', '--offline', '--no-audit', '--no-fund', tarballOf('anywise'), ...others, ...types], {
      cwd: project,
    });
  }, 120_000);

  /** @param {string} file @param {string} code */
  const write = (file, code) => writeFileSync(join(project, file), code);

  it('runs the example of the README by import', () => {
    write('example.mjs', smallest);
    expect(run(process.execPath, ['example.mjs'], { cwd: project })).toBe('Hello Ada\n');
  });

  it('runs it by require', () => {
    const required = smallest.replace(/^import (.*) from (.*);$/gm, 'const $1 = require($2);');
    write('example.cjs', `void (async () => {\n${required}\n})();\n`);
    expect(required).not.toContain('import');
    expect(run(process.execPath, ['--disable-warning=ExperimentalWarning', 'example.cjs'], { cwd: project })).toBe(
      'Hello Ada\n',
    );
  });

  it('compiles every example of the README, checking the types of the library too, and runs what comes out', () => {
    mkdirSync(join(project, 'src'));
    write('src/example.ts', smallest);
    write('src/all.ts', blocks.join('\n'));
    const options = {
      target: 'ES2022',
      module: 'NodeNext',
      strict: true,
      exactOptionalPropertyTypes: true,
      skipLibCheck: false,
    };
    write(
      'tsconfig.json',
      JSON.stringify({
        compilerOptions: { ...options, rootDir: 'src', outDir: 'out', types: ['node'] },
        include: ['src'],
      }),
    );
    run(join(root, 'node_modules/.bin/tsc'), [], { cwd: project });
    expect(run(process.execPath, ['out/example.js'], { cwd: project })).toBe('Hello Ada\n');
  });

  it('compiles it with `moduleResolution: bundler`', () => {
    const options = [
      '--target',
      'ES2022',
      '--module',
      'ESNext',
      '--moduleResolution',
      'bundler',
      '--strict',
      '--noEmit',
    ];
    run(join(root, 'node_modules/.bin/tsc'), ['--ignoreConfig', ...options, '--types', 'node', 'src/example.ts'], {
      cwd: project,
    });
  });

  it('shows its own source in stack traces', () => {
    write(
      'trace.mjs',
      `import { command } from 'anywise';\ntry { command(''); } catch (error) { console.log(error.stack); }\n`,
    );
    const stack = run(process.execPath, ['--enable-source-maps', 'trace.mjs'], { cwd: project });
    const [, file = ''] = /\((\/.*?\/anywise\/src\/.*?\.ts):\d+/.exec(stack) ?? [];
    expect({ file, exists: existsSync(file) }).toEqual({
      file: expect.stringContaining('/anywise/src/'),
      exists: true,
    });
  });

  it('has the command, and a manifest that tools can read', () => {
    expect(run('npx', ['--no-install', 'anywise', '--help'], { cwd: project })).toContain('dead-letters');
    write('manifest.cjs', `console.log(require('anywise/package.json').version);\n`);
    expect(run(process.execPath, ['manifest.cjs'], { cwd: project })).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('lints slices with the plugin', () => {
    const others = packInstalled(['@eslint/json', '@humanwhocodes/momoa'], {
      from: join(root, 'tools/eslint-plugin'),
      to: world.path,
    });
    const install = ['install', '--offline', '--no-audit', '--no-fund', '--legacy-peer-deps'];
    run('npm', [...install, tarballOf('@anywise/eslint-plugin'), ...others], { cwd: project });
    symlinkSync(join(root, 'node_modules/eslint'), join(project, 'node_modules/eslint'));
    write('pnpm-workspace.yaml', 'packages: [services/*, packages/*]\n');
    for (const slice of ['services/a', 'services/b', 'packages/contracts']) {
      mkdirSync(join(project, slice), { recursive: true });
      write(`${slice}/package.json`, JSON.stringify({ name: `@shop/${posix.basename(slice)}` }));
      write(`${slice}/index.js`, '');
    }
    write('services/a/index.js', "import '@shop/b';\n");
    write(
      'eslint.config.js',
      "import anywise from '@anywise/eslint-plugin';\nexport default anywise.configs.recommended;\n",
    );
    const eslint = join(project, 'node_modules/eslint/bin/eslint.js');
    expect(() => run(process.execPath, [eslint, '.'], { cwd: project })).toThrow('anywise/no-cross-slice-imports');
  });
});

describeCreatedWorkspace(world.path, { packageManager, packages: packages.map(({ name }) => name), tarballOf });
