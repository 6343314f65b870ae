// Says once in a run of all tests what is left out. What is an error is one in the tests themselves.
import process from 'node:process';
import { findServer } from './find-server.js';
import { postgres } from './servers.js';

const found = await findServer(postgres, process.env).catch(() => undefined);
if (found !== undefined && 'leftOut' in found) process.stdout.write(`${found.leftOut}\n`);
