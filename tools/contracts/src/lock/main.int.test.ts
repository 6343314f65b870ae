import { describe, expect, it } from '@jest/globals';
import { runCommand } from '../test-support/command.js';

const run = async (...args: readonly string[]) => runCommand('lock/main.ts', args);

describe('the contracts of this workspace', () => {
  it('are what the lock says; if not, run `pnpm contracts:check`', async () => {
    expect(await run('check')).toEqual({ code: 0, text: 'contracts.lock.json is up to date.' });
  });
});

describe('the command', () => {
  it.each([[['look']], [['check', '--because', 'x']]])('explains itself for %j', async (args) => {
    expect(await run(...args)).toMatchObject({
      code: 2,
      text: expect.stringContaining('Usage: pnpm contracts:check'),
    });
  });
});
