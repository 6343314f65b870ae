import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, jest } from '@jest/globals';
import { until } from './testing.js';

jest.setTimeout(120_000);

const dev = fileURLToPath(new URL('./main.ts', import.meta.url));

function startAll(env: NodeJS.ProcessEnv) {
  const child = spawn(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), '--conditions=@anywise/source', dev, 'all'],
    { env: { ...process.env, NO_COLOR: '1', ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  return { child, output: () => output };
}

it('runs all services in one process, makes their logs readable, and ends in order', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'anywise-together-'));
  const { child, output } = startAll({
    ANYWISE_STORE: `sqlite:${folder}`,
    ANYWISE_TRANSPORT: `sqlite:${folder}/bus.db`,
    ORDERS_PORT: '0',
    PAYMENTS_PORT: '0',
    TODOS_PORT: '0',
  });
  const closed = once(child, 'close');
  const services = ['orders', 'payments', 'todos'];
  const isUp = (service: string): boolean => output().includes(`INFO: ${service} accepts requests at http://`);
  await until('all services', () => (services.every(isUp) ? true : undefined));
  child.kill('SIGINT');
  expect(await closed).toEqual([0, null]);
  for (const service of services) {
    expect(output()).toMatch(new RegExp(`^${service} \\| \\[[\\d:.]+\\] INFO: ${service} has stopped$`, 'm'));
  }
  rmSync(folder, { recursive: true });
});

it('ends with what is wrong with the configuration', async () => {
  const { child, output } = startAll({ LOG_LEVEL: 'loud' });
  expect(await once(child, 'close')).toEqual([78, null]);
  expect(output()).toContain('all | `LOG_LEVEL`');
});
