import { expect, it } from '@jest/globals';
import { print } from './terminal.js';
import { memoryTerminal } from '../test-support/cli.js';

it('what a terminal would obey is spelled out, and lines stay lines', () => {
  const terminal = memoryTerminal();
  print(terminal.output, 'red \u001b[31m\u009b bell \u0007\r\n\tdone é…');
  expect(terminal.read().output).toBe('red \\x1b[31m\\x9b bell \\x07\\x0d\n\tdone é…\n');
});
