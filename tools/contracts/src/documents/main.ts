import { parseArgs } from 'node:util';
import { readWorkspace } from '@anywise/dev/code';
import { ownWorkspace } from '../own-workspace.js';
import { apiFiles, apiFolder } from './api.js';
import { outdated, write } from './files.js';
import { flowFiles } from './flow.js';

const usage = 'Usage: pnpm docs:api [--check] | pnpm docs:flow [--check]';

const { values, positionals } = readArguments();
const [what] = positionals;
if (positionals.length !== 1 || (what !== 'api' && what !== 'flow')) end(usage);
const code = await readWorkspace(ownWorkspace);
const files = what === 'api' ? apiFiles(code) : flowFiles(code);
const folder = what === 'api' ? apiFolder : undefined;
const wrong = outdated(ownWorkspace, files, folder);
if (values.check !== true) {
  write(ownWorkspace, files, folder);
  console.log(wrong.length === 0 ? 'Nothing has changed.' : `Written: ${wrong.join(', ')}`);
} else if (wrong.length > 0) {
  console.error(`Not what the code says: ${wrong.join(', ')}. Run \`pnpm docs:${what}\`.`);
  process.exitCode = 1;
} else {
  console.log('What the code says.');
}

function readArguments() {
  try {
    return parseArgs({ allowPositionals: true, options: { check: { type: 'boolean' } } });
  } catch {
    return end(usage);
  }
}

function end(text: string): never {
  console.error(text);
  process.exit(2);
}
