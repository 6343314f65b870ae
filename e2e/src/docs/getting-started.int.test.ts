import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { copyWorkspace } from '../mutants/copy.js';
import { follow } from './follow.js';
import { readPage } from './pages.js';

const packages = ['packages/contracts', 'services/payments', 'services/orders'];

/** What a command of the workspace prints in one of its folders, where it fails. */
function complaints(folder: string, tool: string, ...args: readonly string[]): Promise<string> {
  const program = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', tool, ...args];
  return new Promise((done) => {
    execFile(process.execPath, program, { cwd: folder, maxBuffer: 1e8 }, (error, stdout, stderr) => {
      done(error === null ? '' : `${stdout}${stderr}`);
    });
  });
}

it('getting-started.md leaves everything it touches formatted, linted, compiled and tested', async () => {
  using copy = copyWorkspace();
  const tool = (path: string) => join(copy.folder, 'node_modules', path);
  const changed = follow(readPage('docs/getting-started.md'), copy.folder);
  const code = changed.filter((path) => path.endsWith('.ts'));
  expect(await complaints(copy.folder, tool('prettier/bin/prettier.cjs'), '--check', ...code)).toBe('');
  expect(await complaints(copy.folder, tool('eslint/bin/eslint.js'), ...code)).toBe('');
  for (const name of packages) {
    const folder = join(copy.folder, name);
    expect(await complaints(folder, tool('@typescript/native/bin/tsc'), '-p', 'tsconfig.json')).toBe('');
    expect(await complaints(folder, tool('jest/bin/jest.js'))).toBe('');
  }
}, 600_000);
