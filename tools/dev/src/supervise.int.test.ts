import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from '@jest/globals';
import { notesVariable, openNotes } from './notes.js';
import { until } from './testing.js';

const bin = fileURLToPath(new URL('../bin/anywise-dev.js', import.meta.url));

/** Ends only on a signal, so that its port answers for as long as it runs. */
const service = `
import { createServer } from 'node:http';
import { greeting } from '../../../packages/greeting/src/index.ts';
const server = createServer().listen(0, '127.0.0.1', () => {
  const { port } = server.address() as { port: number };
  console.log(\`\${greeting} pid=\${process.pid} port=\${port}\`);
});
process.on('SIGINT', () => {});
process.on('SIGTERM', () => process.exit(0));
`;
const stubborn = service.replace('process.exit(0)', '{}');

let folder: string;
let group: number | undefined;

afterEach(() => {
  try {
    if (group !== undefined) process.kill(-group, 'SIGKILL');
  } catch {
    // All processes have ended on their own.
  }
  rmSync(folder, { recursive: true });
});

/** A workspace with the service `shop`, and a supervisor for it, alone in its process group. */
function supervise(
  main: string,
  wrap: (command: string[]) => string[] = (command) => command,
  more: NodeJS.ProcessEnv = {},
) {
  folder = mkdtempSync(join(tmpdir(), 'anywise-dev-'));
  write('packages/greeting/src/index.ts', `export const greeting = 'hello';`);
  write('services/shop/package.json', '{ "type": "module" }');
  write('services/shop/src/main.ts', main);
  const [command = '', ...args] = wrap([process.execPath, bin]);
  const supervisor = spawn(command, args, {
    cwd: join(folder, 'services/shop'),
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, [notesVariable]: folder, ...more },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  group = supervisor.pid;
  const lines: string[] = [];
  createInterface({ input: supervisor.stdout }).on('line', (line) => void lines.push(line));

  /** The first matching line that was not returned before. */
  const nextLine = (pattern: RegExp) =>
    until(`a line like ${String(pattern)}`, () => pattern.exec(lines.shift() ?? '') ?? undefined);
  return {
    supervisor,
    lines,
    notes: openNotes(folder),
    ended: once(supervisor, 'close') as Promise<[number | null, NodeJS.Signals | null]>,
    nextLine,
    nextStart: async (greeting = 'hello') => {
      const [, pid, port] = await nextLine(new RegExp(`^shop \\| ${greeting} pid=(\\d+) port=(\\d+)$`));
      return { pid: Number(pid), port: Number(port) };
    },
  };
}

function write(path: string, text: string): void {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function untilSilent(port: number): Promise<true> {
  return until(`nothing to listen on ${port}`, async () => {
    const socket = connect(port, '127.0.0.1');
    const answers = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    return answers ? undefined : true;
  });
}

it('starts a killed service again', async () => {
  const { nextStart, nextLine, notes } = supervise(service);
  const first = await nextStart();
  expect(notes.pidOf('shop')).toBe(first.pid);
  process.kill(first.pid, 'SIGKILL');
  await nextLine(/^shop died \(SIGKILL\); starting it again$/);
  const second = await nextStart();
  expect(second.pid).not.toBe(first.pid);
  expect(notes.pidOf('shop')).toBe(second.pid);
});

it('starts the service again after an edit of its own source or of a package', async () => {
  const { nextStart, nextLine } = supervise(service);
  const first = await nextStart();
  write('services/shop/src/main.ts', `${service}// edited`);
  await nextLine(/^shop: src\/main.ts has changed; starting it again$/);
  await nextStart();
  await untilSilent(first.port);
  write('packages/greeting/src/index.ts', `export const greeting = 'good morning';`);
  await nextStart('good morning');
});

it('ends with 1, without another try, if the service reports that it is misconfigured', async () => {
  const { ended, lines, notes } = supervise(
    `console.log('starting'); console.error('\`A\` is not set\\n\`B\` is 1'); process.exitCode = 78;`,
  );
  expect(await ended).toEqual([1, null]);
  expect(lines.toSorted()).toEqual(['shop | `A` is not set', 'shop | `B` is 1', 'shop | starting']);
  expect([...notes.problems()]).toEqual([['shop', '`A` is not set\n`B` is 1']]);
});

it.each([
  ['', service],
  [' that does not want to end', stubborn],
])('ends with the service%s soon after two interrupts', async (_kind, main) => {
  const { supervisor, ended, nextStart } = supervise(main);
  const { port } = await nextStart();
  const interruptedAt = performance.now();
  supervisor.kill('SIGINT');
  supervisor.kill('SIGINT');
  expect(await ended).toEqual([0, null]);
  await untilSilent(port);
  expect(performance.now() - interruptedAt).toBeLessThan(15_000);
});

it('takes the service with it when it is killed', async () => {
  const { supervisor, nextStart } = supervise(service);
  const { port } = await nextStart();
  supervisor.kill('SIGKILL');
  await untilSilent(port);
});

it('ends with the service when the process that started it is killed', async () => {
  const { supervisor, nextStart } = supervise(service, (command) => ['sh', '-c', '"$@"; exit $?', 'sh', ...command]);
  const { port } = await nextStart();
  supervisor.kill('SIGKILL');
  await untilSilent(port);
});

it.each([
  ['records', 'http://127.0.0.1:9'],
  ['does not record', ''],
])('%s a service, under the name of its folder, where the collector is at "%s"', async (what, collector) => {
  const main = `console.log('args=' + process.execArgv.join(' ') + ' name=' + process.env.OTEL_SERVICE_NAME); ${service}`;
  const { nextLine } = supervise(main, undefined, { OTEL_EXPORTER_OTLP_ENDPOINT: collector });
  const [, args] = await nextLine(/^shop \| args=(.*) name=shop$/);
  expect(args?.includes('instrumentation.mjs')).toBe(what === 'records');
});
