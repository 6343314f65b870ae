#!/usr/bin/env node
import { run } from './run.js';

const { stdin, stdout, stderr } = process;

stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader has gone, as with `| head`. The command still finishes its work.
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await run(process.argv.slice(2), {
  cwd: process.cwd(),
  env: process.env,
  input: stdin,
  output: stdout,
  errors: stderr,
  interactive: stdin.isTTY && stderr.isTTY,
});
