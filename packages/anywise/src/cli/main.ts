#!/usr/bin/env node
import { run } from './run.js';

const { stdin, stdout, stderr } = process;

stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Nobody reads on, as with `| head`. What was asked for is done all the same.
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
