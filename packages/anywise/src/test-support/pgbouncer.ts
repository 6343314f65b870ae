import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe } from '@jest/globals';
import { eventually } from '../testing/eventually.js';
import { freePort } from './free-port.js';
import { testPostgresPlace, testPostgresUrl, withTestDatabase } from './test-postgres.js';

/** Debian installs it where only the administrator's `PATH` leads. */
const program = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin']
  .map((folder) => join(folder, 'pgbouncer'))
  .find((path) => existsSync(path));

/** It refuses to run as the administrator. */
const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** Describes what needs PgBouncer before PostgreSQL. Where it is not installed, the tests are skipped and their title says why. */
export function describeWithPgbouncer(title: string, body: () => void): void {
  if (testPostgresUrl === '') describe.skip(title, body);
  else if (program !== undefined) describe(title, body);
  else if (process.env.ANYWISE_TEST_SERVERS === 'required')
    throw new Error('ANYWISE_TEST_SERVERS is `required`, but `pgbouncer` is not installed.');
  else describe.skip(`${title} (skipped: \`pgbouncer\` is not installed)`, body);
}

/** Whether it carries prepared statements in transaction mode. */
export function preparesStatements(): boolean {
  if (program === undefined) return false;
  const [, major = 0, minor = 0] =
    /(\d+)\.(\d+)/.exec(execFileSync(program, ['--version'], { encoding: 'utf8' })) ?? [];
  return Number(major) > 1 || Number(minor) >= 21;
}

/** A PgBouncer of the tests' own, before the server for tests. */
export interface Pgbouncer extends AsyncDisposable {
  /** `host:port`. */
  readonly place: string;
  /** The database for tests through it. */
  readonly url: string;
}

/**
 * @param settings lines of its configuration, such as `default_pool_size = 2`. @defaultValue transaction mode
 */
export async function startPgbouncer(settings: readonly string[] = ['pool_mode = transaction']): Promise<Pgbouncer> {
  if (program === undefined) throw new Error('There is no PgBouncer to start.');
  const folder = mkdtempSync(join(tmpdir(), 'anywise-pgbouncer-'));
  // The user that it runs as reads them.
  chmodSync(folder, 0o755);
  const [port, [host, serverPort], user] = [await freePort(), testPostgresPlace().split(':'), new URL(testPostgresUrl)];
  const files = { settings: join(folder, 'pgbouncer.ini'), users: join(folder, 'users.txt') };
  const name = await userName();
  writeFileSync(files.users, `"${name}" "${decodeURIComponent(user.password)}"\n`);
  const lines = [
    '[databases]',
    `* = host=${host} port=${serverPort}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = trust',
    `auth_file = ${files.users}`,
    'max_client_conn = 1000',
    'default_pool_size = 20',
    'log_connections = 0',
    'log_disconnections = 0',
    'log_pooler_errors = 0',
    ...settings,
    '',
  ];
  writeFileSync(files.settings, lines.join('\n'));
  const running = spawn(program, ['-q', files.settings], { ...nobody, stdio: 'ignore' });
  const url = new URL(testPostgresUrl);
  url.host = `127.0.0.1:${port}`;
  url.username = encodeURIComponent(name);
  await eventually(async () => {
    if (running.exitCode === null) await withTestDatabase((database) => database.query({ text: 'SELECT 1' }), url.href);
  });
  if (running.exitCode !== null) throw new Error(`PgBouncer has ended with ${running.exitCode}.`);
  return {
    place: url.host,
    url: url.href,
    async [Symbol.asyncDispose]() {
      if (running.kill('SIGKILL')) await once(running, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Whom the server for tests takes us for. */
async function userName(): Promise<string> {
  const { rows } = await withTestDatabase((database) =>
    database.query<{ name: string }>({ text: 'SELECT current_user::text AS name' }),
  );
  return rows[0]?.name ?? '';
}
