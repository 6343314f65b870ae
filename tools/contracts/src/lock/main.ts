import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readWorkspace } from '@anywise/dev/code';
import { ownWorkspace } from '../own-workspace.js';
import { accept, check } from './commands.js';
import { lockName } from './file.js';

const usage = 'Usage: pnpm contracts:check | pnpm contracts:accept [--because "why it may break"]';

const { values, positionals } = readArguments();
const [command] = positionals;
if (positionals.length !== 1 || (command !== 'check' && command !== 'accept')) end(usage);
if (command === 'check' && values.because !== undefined) end(usage);
const file = join(ownWorkspace, lockName);
const code = await readWorkspace(ownWorkspace);
const { text, ok } = command === 'check' ? check(file, code) : accept(file, code, values.because);
if (ok) console.log(text);
else console.error(text);
process.exitCode = ok ? 0 : 1;

function readArguments() {
  try {
    return parseArgs({ allowPositionals: true, options: { because: { type: 'string' } } });
  } catch {
    return end(usage);
  }
}

function end(text: string): never {
  console.error(text);
  process.exit(2);
}
