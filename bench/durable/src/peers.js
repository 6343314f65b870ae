import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { URL, fileURLToPath } from 'node:url';

const peers = new URL('../peers/', import.meta.url);

/** Whether the libraries that the benchmark compares with are there, as the lockfile wants them. */
export function hasPeers() {
  const installed = new URL('node_modules/.pnpm/lock.yaml', peers);
  return existsSync(installed) && read(installed) === read(new URL('pnpm-lock.yaml', peers));
}

export function installPeers() {
  const { packageManager } = JSON.parse(read(new URL('../../../package.json', import.meta.url)));
  // What one of them would build is an optional speed-up that comes with prebuilt binaries.
  const install = [
    '-y',
    packageManager,
    'install',
    '--ignore-workspace',
    '--frozen-lockfile',
    '--config.strict-dep-builds=false',
  ];
  execFileSync('npx', install, { cwd: fileURLToPath(peers), stdio: ['ignore', process.stderr, process.stderr] });
}

/** @param {URL} file */
function read(file) {
  return readFileSync(file, 'utf8');
}
