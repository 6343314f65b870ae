import { expect, it } from '@jest/globals';
import { eventually } from 'anywise/testing';
import { startProcess, type Process } from '../harness/process.js';
import { inFolder, writeFiles } from './folder.js';
import { readPage } from './pages.js';
import { projectOf } from './project.js';

/** The project that the page builds, in a folder of its own, with the library of this workspace. */
async function withProject(work: (run: (...args: readonly string[]) => Process) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    writeFiles(folder, projectOf(readPage('docs/how-to/use-in-your-own-project.md')));
    const processes: Process[] = [];
    try {
      await work((...args) => {
        const running = startProcess({
          command: process.execPath,
          args: ['--import', import.meta.resolve('tsx'), '--conditions=@anywise/source', ...args],
          cwd: folder,
          env: { ...process.env, PORT: '0', ANYWISE_STORE: 'sqlite:data', ANYWISE_TRANSPORT: 'sqlite:data/bus.db' },
        });
        processes.push(running);
        return running;
      });
    } finally {
      await Promise.all(processes.map((running) => running.kill()));
    }
  });
}

const timeoutMs = 120_000;

it(
  'serves requests, and ends by itself on SIGTERM',
  () =>
    withProject(async (run) => {
      const service = run('src/main.ts');
      const url = await service.find((line) => /listens on (http:\S+)/.exec(line)?.[1]);

      const body = JSON.stringify({ customerId: 'c-1', amount: 1250 });
      const headers = { 'content-type': 'application/json' };
      const placed = await fetch(`${url}/orders`, { method: 'POST', headers, body });
      expect(placed.status).toBe(201);
      await eventually(async () => {
        const revenue = await fetch(`${url}/customers/c-1/revenue`);
        expect(await revenue.json()).toEqual({ customerId: 'c-1', amount: 1250 });
      }, 30_000);

      expect(await service.kill('SIGTERM')).toEqual({ code: 0, signal: null });
      expect(service.output).toMatch(/shop has stopped$/);
    }),
  timeoutMs,
);

it(
  'passes the test that the page shows',
  () =>
    withProject(async (run) => {
      const test = run('--test', 'src/service.test.ts');
      const { code } = await test.ended;
      expect({ code, output: test.output }).toEqual({ code: 0, output: expect.stringContaining('# pass 1') });
    }),
  timeoutMs,
);
