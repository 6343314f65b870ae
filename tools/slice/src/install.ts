import { spawnSync } from 'node:child_process';
import { pnpmCommand } from './workspace.js';

// What was locked before was checked before, and nothing else comes in, so no registry has to be asked.
const install = 'install --no-frozen-lockfile --prefer-offline --trust-lockfile';

/** Makes node_modules and the lockfile fit the workspace, also in CI. Gives what is to be told about it. */
export function installWorkspace(root: string): string {
  const own = run(root, `pnpm ${install}`);
  // A shell that does not know pnpm says 127. npx comes with Node.
  const command = `${pnpmCommand(root)} ${install}`;
  const { status, output } = own.status === 127 ? run(root, command) : own;
  return status === 0 ? 'Installed.' : `${output}\n\nThat was \`${command}\`, which failed: run it again.`;
}

function run(root: string, command: string): { readonly status: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(command, { cwd: root, encoding: 'utf8', shell: true });
  return { status, output: `${stdout}${stderr}`.trim() };
}
