import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { testEntry, testEnvelope } from '../testing/envelopes.js';
import { inTempFolder } from '../testing/temp-folder.js';
import { inStore, runHere, type Outcome } from '../test-support/cli.js';

/** Has a dead letter with `{"amount":"many"}` edited by an editor that runs `script` with the path in `file`. */
async function editWith(script: string, check: (outcome: Outcome, data: unknown) => void): Promise<void> {
  await inTempFolder(async (folder) => {
    const envelope = testEnvelope({ id: 'm-1', data: { amount: 'many' } });
    const entry = testEntry({ id: 'm-1', json: JSON.stringify(envelope), error: 'broken' });
    await inStore(folder, 'orders', (store) => store.inbox.add([entry]));
    const editor = join(folder, 'editor.mjs');
    writeFileSync(
      editor,
      `import { readFileSync, writeFileSync } from 'node:fs';\nconst file = process.argv[2];\n${script}`,
    );
    const args = ['dead-letters', 'edit', '--id', 'm-1', '--store', `sqlite:${folder}`];
    const env = { ...process.env, VISUAL: '', EDITOR: `"${process.execPath}" "${editor}"` };
    const outcome = await runHere(args, '', { env, interactive: true });
    const [letter] = await inStore(folder, 'orders', (store) => store.deadLetters.list({}, { limit: 1 }));
    check(outcome, (JSON.parse(letter?.json ?? 'null') as { data: unknown }).data);
  });
}

describe('an editor', () => {
  it('is given the data, and what it leaves is taken', () =>
    editWith(`writeFileSync(file, readFileSync(file, 'utf8').replace('"many"', '5'));`, (outcome, data) => {
      expect(outcome).toEqual({ exitCode: 0, output: 'Edited `m-1` of `listener`.\n', errors: '' });
      expect(data).toEqual({ amount: 5 });
    }));

  it('that changes nothing changes nothing', () =>
    editWith('', (outcome, data) => {
      expect(outcome).toEqual({ exitCode: 1, output: '', errors: 'Nothing was changed.\n' });
      expect(data).toEqual({ amount: 'many' });
    }));

  it('that fails changes nothing', () =>
    editWith(`writeFileSync(file, '{}');\nprocess.exitCode = 1;`, ({ exitCode, errors }, data) => {
      expect({ exitCode, errors }).toEqual({
        exitCode: 1,
        errors: expect.stringMatching(/ failed, so nothing was changed\.\n$/),
      });
      expect(data).toEqual({ amount: 'many' });
    }));

  it('does not lose a text that cannot be taken', () =>
    editWith(`writeFileSync(file, '{ "amount": 5');`, ({ exitCode, errors }, data) => {
      expect(exitCode).toBe(2);
      const [, file = ''] = /with `--data-file (.+)`\.\n$/.exec(errors) ?? [];
      expect(readFileSync(file, 'utf8')).toBe('{ "amount": 5');
      expect(data).toEqual({ amount: 'many' });
      rmSync(dirname(file), { recursive: true });
    }));
});
