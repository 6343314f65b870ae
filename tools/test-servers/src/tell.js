// Says once, in a run of all packages, what is left out. Errors are left to the packages that need the server.
import process from 'node:process';
import { findServer } from './find-server.js';
import { postgres } from './servers.js';

const found = await findServer(postgres, process.env).catch(() => undefined);
if (found !== undefined && 'leftOut' in found) process.stdout.write(`${found.leftOut}\n`);
