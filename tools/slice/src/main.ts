import { misunderstood, runCommand } from './cli.js';
import { installWorkspace } from './install.js';
import { newSlice } from './new-slice.js';
import { newUseCase } from './new-use-case.js';
import { ownWorkspace } from './workspace.js';

const [command, ...args] = process.argv.slice(2);

await runCommand(async () => {
  switch (command) {
    case 'slice':
      return newSlice(args, { root: ownWorkspace, install: installWorkspace });
    case 'use-case':
      return newUseCase(args, { root: ownWorkspace });
    default:
      throw misunderstood('The first argument is `slice` or `use-case`.');
  }
});
