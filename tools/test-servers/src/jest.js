import process from 'node:process';
import { findServer } from './find-server.js';
import { postgres } from './servers.js';

/**
 * The `globalSetup` of packages whose tests need servers. From here on a variable names a server that answers, or is empty. In
 * a run of all packages, a task of turbo says what is left out.
 */
export default async function findServers() {
  const isToldByTurbo = process.env.TURBO_HASH !== undefined;
  for (const server of [postgres]) {
    const found = await findServer(server, process.env);
    process.env[server.variable] = 'url' in found ? found.url : '';
    if ('leftOut' in found && !isToldByTurbo) process.stderr.write(`${found.leftOut}\n`);
  }
}
