import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import process from 'node:process';
import { URL } from 'node:url';

/** What a figure means nothing without. */
export function machine() {
  const library = new URL('package.json', new URL('../', import.meta.resolve('anywise')));
  return {
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    /** @type {string} */
    anywise: JSON.parse(readFileSync(library, 'utf8')).version,
  };
}
