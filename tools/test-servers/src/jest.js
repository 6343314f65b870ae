import process from 'node:process';
import { findServer } from './find-server.js';
import { postgres } from './servers.js';

/**
 * Jest's `globalSetup` of packages that test on servers: from here on each variable names a server that answers, or none. What
 * is left out is said once, by the first task of turbo where it runs the tests.
 */
export default async function findServers() {
  const isToldByTurbo = process.env.TURBO_HASH !== undefined;
  for (const server of [postgres]) {
    const found = await findServer(server, process.env);
    process.env[server.variable] = 'url' in found ? found.url : '';
    if ('leftOut' in found && !isToldByTurbo) process.stderr.write(`${found.leftOut}\n`);
  }
}
