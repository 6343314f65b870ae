import { spawnSync } from 'node:child_process';
import { Refusal } from './refusal.js';
import { pnpmCommand } from './workspace.js';

// Everything in the lockfile was checked before and nothing is added, so no registry is needed.
const install = 'install --no-frozen-lockfile --prefer-offline --trust-lockfile';

/** Makes node_modules and the lockfile fit the workspace, even in CI. @throws Refusal if that fails */
export function installWorkspace(root: string): string {
  const own = run(root, `pnpm ${install}`);
  // A shell returns 127 if pnpm is not installed. npx comes with Node.
  const command = `${pnpmCommand(root)} ${install}`;
  const { status, output } = own.status === 127 ? run(root, command) : own;
  if (status !== 0)
    throw new Refusal(`${output}\n\nAll files were written, but the install failed. Run \`${command}\`.`);
  return 'Installed.';
}

function run(root: string, command: string): { readonly status: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(command, { cwd: root, encoding: 'utf8', shell: true });
  return { status, output: `${stdout}${stderr}`.trim() };
}
