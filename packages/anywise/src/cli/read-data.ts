import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { errorText } from '../core/errors/thrown.js';
import type { Options } from './options.js';
import { Refusal } from './refusal.js';
import type { Terminal } from './terminal.js';

/**
 * The text of `--data`, or of the file of `--data-file`; `undefined` if neither is given.
 *
 * @throws Refusal if both are given, or the file cannot be read.
 */
export async function givenText({ data, dataFile }: Options, { cwd, input }: Terminal): Promise<string | undefined> {
  if (data !== undefined && dataFile !== undefined) {
    throw new Refusal(2, 'Give either `--data` or `--data-file`, not both.');
  }
  if (dataFile === undefined) return data;
  if (dataFile === '-') return text(input);
  try {
    return readFileSync(resolve(cwd, dataFile), 'utf8');
  } catch (error) {
    throw new Refusal(2, `\`${dataFile}\` cannot be read: ${errorText(error)}.`);
  }
}
