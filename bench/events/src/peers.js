import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { URL, fileURLToPath } from 'node:url';

const peers = new URL('../peers/', import.meta.url);

/** Installs what the benchmark compares with, unless it is there as the lockfile wants it. */
export function installPeers() {
  const lockfile = new URL('pnpm-lock.yaml', peers);
  // The package manager's own copy is formatted in another way.
  const installed = new URL('node_modules/installed.yaml', peers);
  if (existsSync(installed) && read(installed) === read(lockfile)) return;
  const { packageManager } = JSON.parse(read(new URL('../../../package.json', import.meta.url)));
  // Nothing is built: the driver that would have to be is replaced.
  const flags = ['--ignore-workspace', '--frozen-lockfile', '--ignore-scripts', '--config.strict-dep-builds=false'];
  const install = ['-y', packageManager, 'install', ...flags];
  execFileSync('npx', install, { cwd: fileURLToPath(peers), stdio: ['ignore', process.stderr, process.stderr] });
  copyFileSync(lockfile, installed);
}

/** @param {URL} file */
function read(file) {
  return readFileSync(file, 'utf8');
}
