import { describe, expect, it } from '@jest/globals';
import { confirm } from './confirm.js';
import { memoryTerminal } from '../test-support/cli.js';

describe('a question', () => {
  it.each([
    { typed: 'y\n', agreed: true },
    { typed: ' YES \n', agreed: true },
    { typed: 'n\n', agreed: false },
    { typed: '\n', agreed: false },
    { typed: 'yellow\n', agreed: false },
    { typed: '', agreed: false },
  ])('answered with $typed is agreed to: $agreed', async ({ typed, agreed }) => {
    await expect(confirm('Discard it?', memoryTerminal(typed))).resolves.toBe(agreed);
  });

  it('is not asked where answers go', async () => {
    const terminal = memoryTerminal('y\n');
    await confirm('Discard it?', terminal);
    expect(terminal.read()).toEqual({ output: '', errors: 'Discard it? [y/N] ' });
  });
});
