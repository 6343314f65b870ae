#!/usr/bin/env node
// Runs the supervisor's TypeScript in this very process: one process less to start, to signal and to leave behind.
import { register } from 'tsx/esm/api';

register();
await import('../src/main.ts');
