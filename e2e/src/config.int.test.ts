import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { createSystem, type System } from './harness/system.js';

/** EX_CONFIG of sysexits.h. */
const misconfigured = 78;

/** The output of payments for a configuration with which it cannot start. */
async function complaint(system: System, env: NodeJS.ProcessEnv): Promise<string> {
  const payments = system.start('payments', env);
  expect(await payments.ended).toEqual({ code: misconfigured, signal: null });
  expect(payments.output).toBe(payments.stderr);
  return payments.stderr.replaceAll(system.databases.folder, '<folder>');
}

it('names a port that is taken', async () => {
  await using system = await createSystem();
  const squatter = createServer().listen(0, '127.0.0.1');
  await once(squatter, 'listening');
  const port = String((squatter.address() as AddressInfo).port);
  const text = await complaint(system, { PAYMENTS_PORT: port });
  squatter.close();
  expect(text.replaceAll(port, '<port>')).toMatchInlineSnapshot(
    `"\`PAYMENTS_PORT\`: port <port> is taken: stop what listens there, or set another port"`,
  );
});

it('names a data folder where a file is in the way', async () => {
  await using system = await createSystem();
  const file = join(system.databases.folder, 'file');
  writeFileSync(file, '');
  expect(await complaint(system, { ANYWISE_STORE: `sqlite:${file}` })).toMatchInlineSnapshot(
    `"The SQLite file \`<folder>/file/payments.db\` cannot be used (ENOTDIR: not a directory, open '<folder>/file/payments.db'). Check that its folder exists and can be written."`,
  );
});

it('names a bus file that is not a database', async () => {
  await using system = await createSystem();
  const file = join(system.databases.folder, 'bus.txt');
  writeFileSync(file, 'This is no database. '.repeat(100));
  expect(await complaint(system, { ANYWISE_TRANSPORT: `sqlite:${file}` })).toMatchInlineSnapshot(
    `"The SQLite file \`<folder>/bus.txt\` cannot be used (file is not a database). Check that its folder exists and can be written."`,
  );
});

it('names a store of an unknown scheme', async () => {
  await using system = await createSystem();
  expect(await complaint(system, { ANYWISE_STORE: 'mysql://localhost/shop' })).toMatchInlineSnapshot(
    `"\`ANYWISE_STORE\`: No store is known for \`mysql:\`. Use \`sqlite:<path>\`, \`postgres://<host>/<database>\` or \`memory:\`."`,
  );
});

it('requires a secret in production', async () => {
  await using system = await createSystem();
  const env = { NODE_ENV: 'production', AUTH_SECRET: '' };
  expect(await complaint(system, env)).toMatchInlineSnapshot(
    `"\`AUTH_SECRET\` is not set, which production demands: set it to a random secret of at least 32 bytes, such as \`openssl rand -base64 32\` prints."`,
  );
});
