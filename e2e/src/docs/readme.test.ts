import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { workspace } from './pages.js';
import { readmeCommands, readmeSession } from './readme.js';

const { packageManager } = JSON.parse(readFileSync(join(workspace, 'package.json'), 'utf8')) as {
  readonly packageManager: string;
};

describe('the README', () => {
  it('has the two commands, each alone in its block, with the pinned pnpm', () => {
    expect(readmeCommands()).toEqual([`npx -y ${packageManager} dev`, `npx -y ${packageManager} test`]);
  });

  it('gets its token with the pinned pnpm', () => {
    expect(readmeSession()).toContain(`TOKEN=$(npx -y ${packageManager} --silent dev:token)`);
  });
});
