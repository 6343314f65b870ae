import { execFile } from 'node:child_process';
import process from 'node:process';
import { URL, fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { adapters, hasPeers, isPeer } from './adapters.js';

const script = fileURLToPath(new URL('measure-one.js', import.meta.url));
const fromSource = ['--import', 'tsx', '--conditions=@anywise/source'];
const notInstalled = ' (skipped: run `pnpm bench` once, which installs the libraries to compare with)';

describe('each way of a case runs what it has to, and gives the reply', () => {
  for (const name of adapters.keys()) {
    if (isPeer(name) && !hasPeers()) it.skip(`${name}${notInstalled}`, () => undefined);
    else it.concurrent(name, () => answers(name));
  }
});

/** @param {string} name */
async function answers(name) {
  const { stderr } = await promisify(execFile)(process.execPath, [...fromSource, script, name, '--check']);
  expect(stderr).toBe('');
}
