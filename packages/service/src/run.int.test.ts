import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';

/** EX_CONFIG of sysexits.h. */
const misconfigured = 78;

interface Attempt {
  /** What is wrong with the code of the second service. */
  readonly wrong?: 'wiring' | 'code';
  readonly env?: Readonly<Record<string, string>>;
  /** Files in the folder of the stores, and what is in them. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Two services in one process, which ends by itself; resolves to what it reports. */
async function runTwo({ wrong, env = {}, files = {} }: Attempt) {
  const folder = mkdtempSync(join(tmpdir(), 'anywise-run-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  const script = fileURLToPath(new URL('test-support/two-services.ts', import.meta.url));
  // Node 22 warns of the SQLite that it has built in.
  const quiet = '--disable-warning=ExperimentalWarning';
  const args = [quiet, '--import', import.meta.resolve('tsx'), '--conditions=@anywise/source', script];
  const child = spawn(process.execPath, wrong === undefined ? args : [...args, wrong], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      MANIFESTS: folder,
      ANYWISE_STORE: `sqlite:${folder}`,
      ANYWISE_TRANSPORT: `sqlite:${join(folder, 'bus.db')}`,
      ...env,
    },
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const [stderr, [code]] = await Promise.all([text(child.stderr), exited]);
  rmSync(folder, { recursive: true });
  return { code, stderr: stderr.replaceAll(folder, '<folder>').trim() };
}

describe('services in one process, of which one cannot start,', () => {
  it('end with what is wrong in the configuration of all, each problem once', async () => {
    const env = { FIRST_PORT: 'x', SECOND_PORT: '99999', LOG_LEVEL: 'loud' };
    const { code, stderr } = await runTwo({ env });
    expect(code).toBe(misconfigured);
    expect(stderr).toMatchInlineSnapshot(`
      "\`FIRST_PORT\` is \`x\`: set it to an integer from 0 to 65535.
      \`LOG_LEVEL\` is \`loud\`: set it to one of \`trace\`, \`debug\`, \`info\`, \`warn\`, \`error\`, \`fatal\`, \`silent\`.
      \`SECOND_PORT\` is \`99999\`: set it to an integer from 0 to 65535."
    `);
  });

  it('end with what is wrong with a store', async () => {
    const { code, stderr } = await runTwo({ files: { 'second.db': 'This is not a database. '.repeat(100) } });
    expect(code).toBe(misconfigured);
    expect(stderr).toMatchInlineSnapshot(
      `"The SQLite file \`<folder>/second.db\` cannot be used (file is not a database). Check that its folder exists and can be written."`,
    );
  });

  it('end with what is wrong with the transport, said once', async () => {
    const { code, stderr } = await runTwo({ files: { 'bus.db': 'This is not a database. '.repeat(100) } });
    expect(code).toBe(misconfigured);
    expect(stderr).toMatchInlineSnapshot(
      `"The SQLite file \`<folder>/bus.db\` cannot be used (file is not a database). Check that its folder exists and can be written."`,
    );
  });

  it('end with what is wrong in the wiring, and in which service', async () => {
    const { code, stderr } = await runTwo({ wrong: 'wiring' });
    expect(code).toBe(1);
    expect(stderr).toContain('The bus `second`: `Prices` cannot be made');
  });

  it('end with what the code of one has thrown', async () => {
    const { code, stderr } = await runTwo({ wrong: 'code' });
    expect(code).toBe(1);
    expect(stderr).toContain('Error: The list of prices is empty.');
  });
});
