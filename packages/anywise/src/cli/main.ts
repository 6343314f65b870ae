#!/usr/bin/env node
import { silenceSqliteWarning } from './quiet.js';
import { run } from './run.js';

silenceSqliteWarning();
const { stdin, stdout, stderr } = process;

let isWritten = true;
for (const stream of [stdout, stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // The reader has gone, as with `| head`. What was asked for is done all the same.
    if (error.code === 'EPIPE' || !isWritten) return;
    isWritten = false;
    stderr.write(
      `The answer could not be written (${error.code ?? error.message}). What was asked for may have been done.\n`,
    );
  });
}

const exitCode = await run(process.argv.slice(2), {
  cwd: process.cwd(),
  env: process.env,
  input: stdin,
  output: stdout,
  errors: stderr,
  interactive: stdin.isTTY && stderr.isTTY,
  untilStopped: () =>
    new Promise((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => resolve());
    }),
});
// After the last write: a full disk is noticed late.
process.on('exit', () => {
  process.exitCode = isWritten ? exitCode : 1;
});
