import { describe, expect, it } from '@jest/globals';
import { ESLint } from 'eslint';
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { workspace } from './docs/pages.js';

const slices = foldersIn('services').filter((folder) => folder !== 'services/all');

describe('to turbo boundaries', () => {
  it.each(slices)('%s is a slice', (folder) => {
    expect(tagsOf(folder)).toEqual(['slice']);
  });

  it('services/all is the one that runs them together', () => {
    expect(tagsOf('services/all')).toEqual(['together']);
  });

  it.each(foldersIn('packages'))('%s is shared', (folder) => {
    expect(tagsOf(folder)).toEqual(['shared']);
  });
});

it.each(slices)('in %s a relative way into another slice does not build', async (folder) => {
  const parent = join(workspace, 'e2e/.anywise');
  mkdirSync(parent, { recursive: true });
  const copy = mkdtempSync(join(parent, 'boundaries-'));
  try {
    cpSync(join(workspace, 'tsconfig.base.json'), join(copy, 'tsconfig.base.json'));
    write(join(copy, 'services/other/src/index.ts'), 'export const secret = 1;\n');
    write(join(copy, folder, 'src/index.ts'), "export { secret } from '../../other/src/index.js';\n");
    cpSync(join(workspace, folder, 'tsconfig.build.json'), join(copy, folder, 'tsconfig.build.json'));
    expect(await build(join(copy, folder))).toMatch(
      /^src\/index\.ts\S+ error TS6059: .*services\/other\/src\/index\.ts' is not under 'rootDir'/,
    );
  } finally {
    rmSync(copy, { recursive: true });
  }
});

describe('the lint rules look at files outside of every tsconfig.json', () => {
  const eslint = new ESLint({ cwd: workspace });

  it.each([
    'stray.mts',
    'stray.cts',
    'scripts/stray.ts',
    'scripts/stray.tsx',
    'scripts/stray.mjs',
    'src/dist/stray.cjs',
  ])('%s', async (file) => {
    const code = `void import('@anywise/payments');\n`;
    const [result] = await eslint.lintText(code, { filePath: join(workspace, 'services/orders', file) });
    expect(result?.messages).toMatchObject([{ ruleId: 'anywise/no-cross-slice-imports' }]);
  });

  it.each([
    ['package.json', { dependencies: { '@anywise/payments': 'workspace:*' } }],
    ['scripts/tsconfig.json', { references: [{ path: '../../payments' }] }],
  ])('%s', async (file, content) => {
    const filePath = join(workspace, 'services/orders', file);
    const [result] = await eslint.lintText(JSON.stringify(content), { filePath });
    expect(result?.messages).toMatchObject([{ ruleId: 'anywise/no-cross-slice-dependencies' }]);
  });
});

function foldersIn(folder: string): readonly string[] {
  return readdirSync(join(workspace, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${folder}/${name}`);
}

function tagsOf(folder: string): unknown {
  const { tags } = JSON.parse(readFileSync(join(workspace, folder, 'turbo.json'), 'utf8')) as { tags?: unknown };
  return tags;
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function build(folder: string): Promise<string> {
  const tsc = join(workspace, 'node_modules/.bin/tsc');
  return new Promise((done) => {
    execFile(tsc, ['-p', 'tsconfig.build.json', '--pretty', 'false'], { cwd: folder }, (_error, stdout) => {
      done(stdout);
    });
  });
}
