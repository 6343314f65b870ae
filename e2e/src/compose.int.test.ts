import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { eventually } from 'anywise/testing';
import { freePort } from './harness/free-port.js';
import { workspace } from './harness/bundle.js';

const text = readFileSync(join(workspace, 'compose.yaml'), 'utf8');
const serviceTexts = text.split(/^ {2}(?=\w+:$)/m).slice(1);

/** The health check of each server, as a command. */
const checks = new Map(
  serviceTexts.map((service) => {
    const [, list = ''] = /healthcheck:\s+(?:\{ )?test: \[CMD, ([^\]]+)\]/.exec(service) ?? [];
    return [service.split(':')[0], list.split(', ').map((part) => part.replaceAll("'", ''))];
  }),
);

function run([program = '', ...args]: readonly string[]): number | null {
  return spawnSync(program, args, { timeout: 30_000 }).status;
}

const hasNats = spawnSync('nats-server', ['--version']).error === undefined;

it('each server of `compose.yaml` has a health check with a program', () => {
  expect([...checks.keys()]).toEqual(['postgres', 'nats', 'rabbitmq']);
  expect([...checks.values()].map(([program]) => program)).toEqual(['pg_isready', 'wget', 'rabbitmq-diagnostics']);
});

(hasNats ? it : it.skip)(
  `the health check of NATS finds a server that runs, and none that does not${hasNats ? '' : ' (`nats-server` is not installed)'}`,
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'anywise-compose-'));
    const [port, monitor] = [await freePort(), await freePort()];
    const check = (checks.get('nats') ?? []).map((part) => part.replace('8222', String(monitor)));
    expect(run(check)).not.toBe(0);
    const server = spawn('nats-server', [
      '-js',
      '-sd',
      folder,
      '-a',
      '127.0.0.1',
      '-p',
      String(port),
      '-m',
      String(monitor),
    ]);
    try {
      await eventually(() => expect(run(check)).toBe(0));
    } finally {
      server.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
