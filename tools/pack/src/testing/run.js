import { spawnSync } from 'node:child_process';
import process from 'node:process';

/**
 * Runs a command to its end, and returns what it wrote to stdout.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd: string, env?: Readonly<Record<string, string | undefined>> }} options
 * @throws {Error} with all that it wrote, if it fails
 */
export function run(command, args, { cwd, env = {} }) {
  const { status, stdout, stderr, error } = spawnSync(command, [...args], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    shell: process.platform === 'win32',
  });
  if (status === 0) return stdout;
  throw new Error(`\`${[command, ...args].join(' ')}\` failed: ${error?.message ?? ''}\n${stdout}${stderr}`);
}
