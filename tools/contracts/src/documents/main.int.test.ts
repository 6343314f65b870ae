import { describe, expect, it } from '@jest/globals';
import { runCommand } from '../test-support/command.js';

const run = async (...args: readonly string[]) => runCommand('documents/main.ts', args);

describe('what is written from the code of this workspace', () => {
  it.each(['api', 'flow'])('is what the code says; if not, run `pnpm docs:%s`', async (what) => {
    expect(await run(what, '--check')).toEqual({ code: 0, text: 'What the code says.' });
  });
});

describe('the command', () => {
  it.each([[['api', 'flow']], [['api', '--force']]])('explains itself for %j', async (args) => {
    expect(await run(...args)).toMatchObject({ code: 2, text: expect.stringContaining('Usage: pnpm docs:api') });
  });
});
