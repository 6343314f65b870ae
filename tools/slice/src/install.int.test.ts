import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { installWorkspace } from './install.js';
import { createWorkspace } from './testing/workspace.js';
import { ownWorkspace, pnpmCommand } from './workspace.js';

it('says which command to run if it fails', () => {
  using workspace = createWorkspace();
  workspace.write('package.json', readFileSync(join(ownWorkspace, 'package.json'), 'utf8'));
  workspace.write('pnpm-workspace.yaml', 'packages: [services/*]\n');
  workspace.write('services/orders/package.json', 'no JSON\n');
  expect(() => installWorkspace(workspace.root)).toThrow(
    `Run \`${pnpmCommand(ownWorkspace)} install --no-frozen-lockfile --prefer-offline --trust-lockfile\`.`,
  );
});
