import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { platform } from 'node:os';
import { expect, it } from '@jest/globals';
import { isDeadHolder, nameOf } from './lease-holder.js';
import { processFacts } from './process-facts.js';

it('a process is known to be dead once it was killed, and not before, where the system tells', async () => {
  const child = spawn(process.execPath, ['--eval', 'setInterval(() => undefined, 60_000)'], { stdio: 'ignore' });
  await once(child, 'spawn');
  const holder = nameOf({ ...processFacts(), pid: child.pid ?? 0 }, 'bus');
  const before = isDeadHolder(holder);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect([before, isDeadHolder(holder)]).toEqual([false, platform() === 'linux']);
});
