#!/usr/bin/env node
// In this very process: one process less to start, to signal and to leave behind.
import { existsSync } from 'node:fs';
import { URL } from 'node:url';

const source = new URL('../src/main.ts', import.meta.url);
if (existsSync(source)) {
  // Here, where nothing is built.
  const { register } = await import('tsx/esm/api');
  register();
  await import(source.href);
} else await import('../dist/main.js');
