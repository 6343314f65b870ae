import { spawnSync } from 'node:child_process';
import { Refusal } from './refusal.js';

/** Installs a new workspace, from what is on this machine where it can. @throws Refusal if that fails */
export function install(root: string, pnpm: string): void {
  const command = `${pnpm} install --prefer-offline`;
  // There is no lockfile yet, and CI would insist on one.
  const { status } = spawnSync(`${command} --no-frozen-lockfile`, {
    cwd: root,
    shell: true,
    stdio: ['ignore', process.stderr.fd, process.stderr.fd],
  });
  if (status === 0) return;
  throw new Refusal(`All files were written, but the install failed. In ${root}, run \`${command}\`.`);
}
