import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { ownWorkspace } from '../own-workspace.js';

/** How a command ended. */
export interface Ended {
  readonly code: number;
  readonly text: string;
}

/** Runs a command of this tool as `pnpm` does. */
export async function runCommand(main: string, args: readonly string[]): Promise<Ended> {
  const file = join(ownWorkspace, 'tools/contracts/src', main);
  const node = ['--import', 'tsx', '--conditions=@anywise/source', file, ...args];
  return new Promise((resolve) => {
    execFile(process.execPath, node, { cwd: ownWorkspace }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), text: (stdout + stderr).trim() });
    });
  });
}
