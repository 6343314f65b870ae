import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { sqliteTransport } from '../sqlite/index.js';
import { inTempFolder } from '../testing/temp-folder.js';
import { inStore, runHere } from '../test-support/cli.js';

/** A folder with the stores of some services, and a transport beside them. */
async function inFolder(services: readonly string[], work: (folder: string) => Promise<void>): Promise<void> {
  await inTempFolder(async (folder) => {
    for (const service of services) await inStore(folder, service, async () => undefined);
    const transport = sqliteTransport({ path: join(folder, 'bus.db') });
    await transport.check();
    await transport.close();
    await work(folder);
  });
}

const status = (...args: readonly string[]) => runHere(['outbox', 'status', '--json', ...args]);

describe('the store', () => {
  it('of the only service needs no name', () =>
    inFolder(['orders'], async (folder) => {
      const { exitCode, output } = await status('--store', `sqlite:${folder}`);
      expect({ exitCode, ...JSON.parse(output) }).toMatchObject({ exitCode: 0, service: 'orders' });
    }));

  it('of one service among several needs its name', () =>
    inFolder(['orders', 'payments'], async (folder) => {
      const { output } = await status('--store', `sqlite:${folder}`, '--service', 'payments');
      expect(JSON.parse(output)).toMatchObject({ service: 'payments' });
      await expect(status('--store', `sqlite:${folder}`)).resolves.toEqual({
        exitCode: 2,
        output: '',
        errors: `\`sqlite:${folder}\` has several stores: \`orders\`, \`payments\`. Choose one with \`--service\`.\n`,
      });
    }));

  it('is found from the environment and the workspace', () =>
    inFolder([], async (workspace) => {
      writeFileSync(join(workspace, 'pnpm-workspace.yaml'), '');
      await inStore(join(workspace, '.anywise'), 'orders', async () => undefined);
      await inStore(join(workspace, 'elsewhere'), 'payments', async () => undefined);
      const cwd = join(workspace, 'services/orders');
      mkdirSync(cwd, { recursive: true });
      const service = async (env: Record<string, string>) => {
        const { output } = await runHere(['inbox', 'status', '--json'], '', { cwd, env });
        return JSON.parse(output) as unknown;
      };
      await expect(service({})).resolves.toMatchObject({ service: 'orders' });
      await expect(service({ ANYWISE_STORE: 'sqlite:elsewhere' })).resolves.toMatchObject({ service: 'payments' });
    }));
});

describe('a store that is not there', () => {
  it('is not made', () =>
    inFolder(['orders'], async (folder) => {
      // SQLite makes and removes its own files beside a database that is looked into.
      const files = (): string[] => readdirSync(folder).filter((name) => !/-(?:shm|wal)$/.test(name));
      const before = files();
      for (const service of ['order', 'bus', '../orders', 'new']) {
        const { exitCode, errors } = await status('--store', `sqlite:${folder}`, '--service', service);
        expect({ exitCode, errors }).toEqual({
          exitCode: 3,
          errors: expect.stringContaining(`has no store of \`${service}\`. It has: \`orders\`.`),
        });
      }
      expect(files()).toEqual(before);
    }));

  it('nor is its folder', () =>
    inTempFolder(async (parent) => {
      const folder = join(parent, 'none');
      await expect(status('--store', `sqlite:${folder}`)).resolves.toMatchObject({
        exitCode: 3,
        errors: `There is no folder \`${folder}\`. Start a service, or name its store with \`--store\`.\n`,
      });
      expect(existsSync(folder)).toBe(false);
    }));

  it('is not seen in other files', () =>
    inFolder([], async (folder) => {
      writeFileSync(
        join(folder, 'notes.db'),
        'These are only notes, and more than a header of a database is long.'.repeat(9),
      );
      writeFileSync(join(folder, 'empty.db'), '');
      await expect(status('--store', `sqlite:${folder}`)).resolves.toMatchObject({
        exitCode: 3,
        errors: `\`sqlite:${folder}\` has no stores. Start a service, or name its store with \`--store\`.\n`,
      });
    }));

  it('is explained where its file was named for its folder', () =>
    inFolder(['orders'], async (folder) => {
      await expect(status('--store', `sqlite:${folder}/orders.db`)).resolves.toMatchObject({
        exitCode: 2,
        errors: `\`${folder}/orders.db\` is a file. Name its folder: \`--store sqlite:${folder} --service orders\`.\n`,
      });
    }));
});
