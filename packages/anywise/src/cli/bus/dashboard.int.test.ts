import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { testEntry } from '../../testing/envelopes.js';
import { inTempFolder } from '../../testing/temp-folder.js';
import { inStore, runHere } from '../../test-support/cli.js';

const root = fileURLToPath(new URL('../../../../..', import.meta.url));
const main = fileURLToPath(new URL('../main.ts', import.meta.url));

/** A project with a package of the dashboard's name, which answers with the names of its sources and its options. */
function withPackage(folder: string): string {
  const home = join(folder, 'node_modules/@anywise/dashboard');
  mkdirSync(home, { recursive: true });
  writeFileSync(
    join(home, 'package.json'),
    JSON.stringify({ name: '@anywise/dashboard', type: 'module', exports: './index.js' }),
  );
  writeFileSync(
    join(home, 'index.js'),
    `export const storeSource = (service) => service;
     export const dashboard = (sources, options) => (_request, response) => response.end(JSON.stringify({ sources, options }));`,
  );
  return folder;
}

describe('the dashboard', () => {
  it('serves every store until it is stopped, and ends in order', () =>
    inTempFolder(async (folder) => {
      for (const service of ['orders', 'payments']) {
        await inStore(folder, service, (store) => store.inbox.add([testEntry({ id: 'm-1', error: 'broken' })]));
      }
      const args = ['--import', 'tsx', '--conditions=@anywise/source', main, 'dashboard', '--port', '0'];
      const child = spawn(process.execPath, [...args, '--store', `sqlite:${folder}`], { cwd: root });
      const exited = once(child, 'close');
      const lines = createInterface(child.stdout);
      const [line] = (await once(lines, 'line')) as [string];
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0] ?? line;
      const page = await (await fetch(url)).text();
      expect(page).toContain('orders');
      expect(page).toContain('payments');
      expect(page).toContain('· Anywise</title>');
      child.kill('SIGTERM');
      await expect(exited).resolves.toEqual([0, null]);
    }));

  it('is found from the folder in which the command runs', () =>
    inTempFolder(async (folder) => {
      await inStore(folder, 'orders', (store) => store.check());
      const outcome = await runHere(['dashboard', '--port', '0', '--read-only', '--store', `sqlite:${folder}`], '', {
        cwd: withPackage(folder),
        untilStopped: async () => undefined,
      });
      expect(outcome).toMatchObject({ exitCode: 0, errors: '' });
      expect(outcome.output).toMatch(
        /^The dashboard is at http:\/\/127\.0\.0\.1:\d+\. Stop it with Ctrl-C\.\nStopped\.\n$/,
      );
    }));

  it('serves the stores at several URLs, and refuses two of one service', () =>
    inTempFolder(async (folder) => {
      const [here, there] = [join(folder, 'here'), join(folder, 'there')];
      await inStore(here, 'orders', (store) => store.check());
      await inStore(there, 'payments', (store) => store.check());
      const args = ['dashboard', '--port', '0', '--store', `sqlite:${here}`, '--store', `sqlite:${there}`];
      const output = new PassThrough({ encoding: 'utf8' });
      const shown: unknown[] = [];
      const outcome = await runHere(args, '', {
        cwd: withPackage(folder),
        output,
        untilStopped: async () => {
          const url = /http:\S+[0-9]/.exec(String(output.read()))?.[0] ?? '';
          shown.push(await (await fetch(url)).json());
        },
      });
      expect(outcome).toMatchObject({ exitCode: 0, errors: '' });
      expect(shown).toEqual([{ sources: ['orders', 'payments'], options: { readOnly: false } }]);
      await inStore(there, 'orders', (store) => store.check());
      const again = await runHere(args, '', { cwd: folder });
      expect(again).toMatchObject({ exitCode: 2, output: '' });
      expect(again.errors.replaceAll(folder, '<folder>')).toBe(
        '`sqlite:<folder>/here` and `sqlite:<folder>/there` both have a store of `orders`. Show each with a dashboard of its own.\n',
      );
    }));

  it('says what to install where it is missing, and opens nothing', () =>
    inTempFolder(async (folder) => {
      await expect(runHere(['dashboard', '--store', `sqlite:${folder}`], '', { cwd: folder })).resolves.toEqual({
        exitCode: 2,
        output: '',
        errors:
          'The package `@anywise/dashboard` is not installed here. Add it with `npm install @anywise/dashboard`.\n',
      });
    }));

  it('says that there is no store, no such service, no such port, or that the port is taken', () =>
    inTempFolder(async (folder) => {
      const cwd = withPackage(folder);
      const store = ['--store', `sqlite:${folder}`];
      const errorOf = async (args: readonly string[], env = {}): Promise<string> =>
        (await runHere(['dashboard', ...args, ...store], '', { cwd, env })).errors;
      expect(await errorOf([])).toContain('has no stores');
      await inStore(folder, 'orders', (opened) => opened.check());
      expect(await errorOf(['--service', 'order'])).toContain('Did you mean `orders`?');
      expect(await errorOf(['--port', '70000'])).toContain('A port is at most 65535.');
      expect(await errorOf([], { DASHBOARD_PORT: 'x' })).toContain('`DASHBOARD_PORT` is not a port.');
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      expect(await errorOf(['--port', String(port)])).toBe(
        `Port ${port} is taken. Name another one with \`--port\`.\n`,
      );
      server.close();
    }));
});
