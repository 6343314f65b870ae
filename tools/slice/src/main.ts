import { misunderstood, runCommand } from './cli.js';
import { installWorkspace } from './install.js';
import { newSlice } from './new-slice.js';
import { newUseCase } from './new-use-case.js';
import { findWorkspace } from './workspace.js';

const [command, ...args] = process.argv.slice(2);
const root = findWorkspace(process.cwd());

await runCommand(async () => {
  switch (command) {
    case 'slice':
      return newSlice(args, { root, install: installWorkspace });
    case 'use-case':
      return newUseCase(args, { root });
    default:
      throw misunderstood('The first argument is `slice` or `use-case`.');
  }
});
