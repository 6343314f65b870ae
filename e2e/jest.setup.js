import process from 'node:process';
import findServers from '@anywise/test-servers/jest';
import { bundlePrograms } from './src/harness/bundle.js';

/** Finds the servers, and bundles the programs that the tests start. */
export default async function setUp() {
  await findServers();
  process.env.ANYWISE_PROGRAMS = await bundlePrograms();
}
