import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import type { Killable } from '../brokers/server.js';
import { freePort } from '../harness/free-port.js';

/** A PostgreSQL server of our own, on a free port, which keeps its data when it is killed. */
export interface PostgresServer extends Killable {
  readonly url: string;
  /** Where its data is. */
  readonly folder: string;
  /** Kills it. @param keepsData whether its folder stays */
  close(keepsData: boolean): Promise<void>;
}

const startsWithinMs = 120_000;
/** It refuses to run as the administrator. */
const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** Starts one with nothing in it. */
export async function startPostgres(): Promise<PostgresServer> {
  const programs = programsFolder();
  const folder = mkdtempSync(join(tmpdir(), 'anywise-e2e-postgres-'));
  if (nobody.uid !== undefined) chownSync(folder, nobody.uid, nobody.gid);
  const data = join(folder, 'data');
  const port = await freePort();
  const setup = ['-D', data, '--auth=trust', '--username=postgres', '--encoding=UTF8', '--no-sync'];
  execFileSync(join(programs, 'initdb'), setup, { ...nobody, stdio: 'ignore' });
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    // The system keeps what killed processes have written, so nothing has to wait for the disk.
    fsync: 'off',
  };
  const args = ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  let running: ChildProcess | undefined;
  const end = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    const ended = running;
    running = undefined;
    if (ended?.pid === undefined || ended.exitCode !== null) return;
    const exit = once(ended, 'exit');
    // `SIGTERM` would wait for its clients to go.
    if (signal === 'SIGTERM') ended.kill('SIGINT');
    else for (const pid of [ended.pid, ...childrenOf(ended.pid)]) killProcess(pid);
    await exit;
  };
  const endAtExit = (): void => void end('SIGKILL');
  process.once('exit', endAtExit);
  const server: PostgresServer = {
    url,
    folder,
    keepsForNewcomers: true,
    async start() {
      const deadline = performance.now() + startsWithinMs;
      for (;;) {
        // What is left of the one before may still end, and then it refuses to start.
        if (running?.exitCode !== null) {
          running = spawn(join(programs, 'postgres'), args, { ...nobody, cwd: folder, stdio: 'ignore' });
        }
        if (await answers(url)) return;
        if (performance.now() > deadline) throw new Error('The PostgreSQL server does not answer.');
        await delay(100);
      }
    },
    signal: (signal) => void running?.kill(signal),
    end,
    async close(keepsData) {
      process.off('exit', endAtExit);
      await end('SIGKILL');
      if (!keepsData) rmSync(folder, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}

/** Debian keeps the programs of each version in a folder of its own; the newest will do. */
function programsFolder(): string {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = versions.map((version) => join(debian, version, 'bin'));
  const found = [...folders, ...(process.env.PATH ?? '').split(delimiter)].find((each) =>
    ['initdb', 'postgres'].every((program) => existsSync(join(each, program))),
  );
  if (found === undefined) throw new Error('The programs `initdb` and `postgres` are not installed.');
  return found;
}

/** Each connection has a process of its own. */
function childrenOf(pid: number): readonly number[] {
  const parentOf = (child: number): number | undefined => {
    try {
      const fields = readFileSync(`/proc/${child}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      return Number(fields[1]);
    } catch {
      return undefined;
    }
  };
  const all = readdirSync('/proc').map(Number).filter(Number.isSafeInteger);
  return all.filter((each) => parentOf(each) === pid);
}

function killProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 1_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
