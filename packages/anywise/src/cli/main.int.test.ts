import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { testEntry } from '../testing/envelopes.js';
import { inTempFolder } from '../testing/temp-folder.js';
import { inStore } from '../test-support/cli.js';

const main = fileURLToPath(new URL('main.ts', import.meta.url));
const packageFolder = fileURLToPath(new URL('../..', import.meta.url));

/** Runs the command in a process of its own. */
async function runProcess(folder: string, ...args: readonly string[]) {
  const nodeArgs = ['--import', 'tsx', '--conditions=@anywise/source', main, ...args];
  const env = { ...process.env, ANYWISE_STORE: `sqlite:${folder}` };
  const child = spawn(process.execPath, nodeArgs, { cwd: packageFolder, env });
  child.stdin.end();
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { exitCode: await exited, output, errors };
}

describe('the process', () => {
  it('answers programs, and exits with a code that tells what came of it', () =>
    inTempFolder(async (folder) => {
      await inStore(folder, 'orders', (store) => store.inbox.add([testEntry({ id: 'm-1', error: 'broken' })]));

      const listed = await runProcess(folder, 'dead-letters', 'list', '--json');
      expect(listed).toMatchObject({ exitCode: 0, errors: '' });
      expect(JSON.parse(listed.output)).toMatchObject({ service: 'orders', total: 1, deadLetters: [{ id: 'm-1' }] });

      const unmatched = await runProcess(folder, 'dead-letters', 'replay', '--id', 'm-2');
      expect(unmatched).toEqual({ exitCode: 1, output: '', errors: 'No dead letters match.\n' });

      await expect(runProcess(folder, 'dead-letters', 'discard', '--all')).resolves.toMatchObject({
        exitCode: 2,
        output: '',
      });
      await expect(runProcess(`${folder}/none`, 'inbox', 'status')).resolves.toMatchObject({
        exitCode: 3,
        output: '',
      });
    }));

  it('says that its answer could not be written, and exits with 1', () =>
    inTempFolder(async (folder) => {
      await inStore(folder, 'orders', (store) => store.inbox.add([testEntry({ id: 'm-1', error: 'broken' })]));
      const unwritable = openSync(fileURLToPath(import.meta.url), 'r');
      const nodeArgs = ['--import', 'tsx', '--conditions=@anywise/source', main, 'dead-letters', 'list'];
      const child = spawn(process.execPath, nodeArgs, {
        cwd: packageFolder,
        env: { ...process.env, ANYWISE_STORE: `sqlite:${folder}` },
        stdio: ['ignore', unwritable, 'pipe'],
      });
      const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
      const errors = child.stderr === null ? '' : await text(child.stderr);
      closeSync(unwritable);
      expect({ exitCode: await exited, errors }).toEqual({
        exitCode: 1,
        errors: 'The answer could not be written (EBADF). What was asked for may have been done.\n',
      });
    }));
});
