import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { runHere } from '../../test-support/cli.js';
import { inTempFolder } from '../../testing/temp-folder.js';
import { workspaceModules } from './workspace-modules.js';

const module = fileURLToPath(new URL('../../test-support/described.ts', import.meta.url));
/** Nothing listens there. */
const nowhere = 'nats://admin:s3cret@127.0.0.1:1';

describe('the topology of a transport', () => {
  it.each(['memory:', 'sqlite:bus.db', 'postgres://user:s3cret@host/database'])('is nothing on %s', async (url) => {
    const { exitCode, output, errors } = await runHere(['topology', '--transport', url]);
    const scheme = url.slice(0, url.indexOf(':'));
    const text = `A transport on \`${scheme}:\` needs nothing that an administrator has to make.\n`;
    expect({ exitCode, output, errors }).toEqual({ exitCode: 0, output: text, errors: '' });
  });

  it('is that of the environment, and by default that of services in development', async () => {
    const env = { ANYWISE_TRANSPORT: 'memory:' };
    expect((await runHere(['topology', '--apply'], '', { env })).output).toContain('`memory:`');
    expect((await runHere(['topology', '--unused'])).output).toContain('`sqlite:`');
    expect((await runHere(['topology'], '', { env: { ANYWISE_TRANSPORT: '' } })).output).toContain('`sqlite:`');
  });

  it('is one JSON document on request', async () => {
    const { output } = await runHere(['bus', 'topology', '--transport', 'memory:', '--json']);
    expect(JSON.parse(output)).toEqual({
      service: null,
      place: null,
      parts: [],
      commands: [],
      notes: [expect.stringContaining('`memory:`')],
      unused: [],
    });
  });

  it.each([
    { args: ['--apply', '--unused'], text: 'Give either `--apply` or `--unused`, not both.' },
    { args: ['--other', 'mail'], text: '`--other` goes with `--unused` only.' },
    { args: ['--apply'], text: '`--module` is missing' },
    { args: ['--store', 'memory:'], text: '`--store` is not an option here.' },
    { args: ['--transport', 'mysql://root:s3cret@host'], text: 'No transport is known for `mysql:`.' },
    { args: ['--transport', 'nats://a?b=s3cret'], text: '`b=` is not an option of NATS.' },
    { args: ['--module', module, 'other.ts'], text: '`other.ts` has no option.' },
  ])('is refused with $args, without a secret', async ({ args, text }) => {
    const env = { ANYWISE_TRANSPORT: nowhere };
    const { exitCode, output, errors } = await runHere(['topology', ...args], '', { env });
    expect({ exitCode, output }).toEqual({ exitCode: 2, output: '' });
    expect(errors).toContain(text);
    expect(errors).not.toContain('s3cret');
  });

  it.each([[], ['--apply'], ['--unused']])('has exit code 3 if the server is away: %s', async (...args) => {
    const { exitCode, output, errors } = await runHere(['topology', module, ...args, '--transport', nowhere]);
    expect({ exitCode, output }).toEqual({ exitCode: 3, output: '' });
    expect(errors).toContain('127.0.0.1:1');
    expect(errors).not.toContain('s3cret');
  });

  it('has help in both of its forms', async () => {
    const long = await runHere(['bus', 'topology', '--help']);
    expect(long.exitCode).toBe(0);
    expect(long.output).toContain('--other <name>');
    expect(long.output).not.toContain('--store');
    expect(await runHere(['topology', '--help'])).toEqual(long);
  });
});

it('the modules of a workspace are the `app.ts` of its services', async () => {
  await inTempFolder(async (folder) => {
    expect(workspaceModules(folder)).toEqual([]);
    for (const name of ['payments', 'all', 'orders'])
      mkdirSync(join(folder, 'services', name, 'src'), { recursive: true });
    writeFileSync(join(folder, 'services', 'README.md'), '');
    for (const name of ['payments', 'orders']) writeFileSync(join(folder, 'services', name, 'src', 'app.ts'), '');
    const paths = ['orders', 'payments'].map((name) => join(folder, 'services', name, 'src', 'app.ts'));
    expect(workspaceModules(folder)).toEqual(paths);
  });
});
