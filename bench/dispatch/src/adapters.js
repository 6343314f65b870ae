import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import process from 'node:process';
import { URL, fileURLToPath } from 'node:url';

const own = new URL('adapters/', import.meta.url);
const peers = new URL('../peers/', import.meta.url);

/** The adapters by name, what needs no peer first. Each runs in a process of its own. */
export const adapters = new Map([...adaptersIn(own), ...adaptersIn(new URL('adapters/', peers))]);

/** @param {string} name */
export function isPeer(name) {
  return adapters.get(name)?.href.startsWith(peers.href) ?? false;
}

/** Whether the libraries that the benchmark compares with are there, as the lockfile wants them. */
export function hasPeers() {
  const installed = new URL('node_modules/.pnpm/lock.yaml', peers);
  return existsSync(installed) && read(installed) === read(new URL('pnpm-lock.yaml', peers));
}

export function installPeers() {
  const { packageManager } = JSON.parse(read(new URL('../../../package.json', import.meta.url)));
  const install = ['-y', packageManager, 'install', '--ignore-workspace', '--frozen-lockfile'];
  execFileSync('npx', install, { cwd: fileURLToPath(peers), stdio: ['ignore', process.stderr, process.stderr] });
}

/** @param {URL} folder */
function adaptersIn(folder) {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.js'))
    .map((file) => /** @type {const} */ ([file.slice(0, -'.js'.length), new URL(file, folder)]));
}

/** @param {URL} file */
function read(file) {
  return readFileSync(file, 'utf8');
}
