import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { check_compat, generator_for, initSync, validator_for } from 'jsoncompat';
import { textOf, type Schema } from './schema.js';

let isReady = false;

/** Loads the WebAssembly once, when it is first needed. */
function ready(): void {
  if (isReady) return;
  const file = createRequire(import.meta.url).resolve('jsoncompat/jsoncompat_wasm_bg.wasm');
  initSync({ module: readFileSync(file) });
  isReady = true;
}

/** Whether everything that a writer emits is taken by a reader, as far as JSON Schema says. Formats are no part of it. */
export function isTaken(written: Schema, read: Schema): boolean {
  if (textOf(written) === textOf(read)) return true;
  const pair = `${textOf(written)}\n${textOf(read)}`;
  const known = answers.get(pair);
  if (known !== undefined) return known;
  ready();
  const answer = compared(textOf(written), textOf(read));
  answers.set(pair, answer);
  return answer;
}

/** What it cannot read, such as a pattern that is no regular expression, is not known to fit. */
function compared(written: string, read: string): boolean {
  try {
    return check_compat(written, read, 'deserializer');
  } catch {
    return false;
  }
}

/** A question can take a tenth of a second. */
const answers = new Map<string, boolean>();

/** Makes data that fits a schema, and tells which data does. Close it. */
export interface Samples extends Disposable {
  readonly next: () => unknown;
  readonly fits: (data: unknown) => boolean;
}

/** How deep data that refers to itself goes. */
const depth = 4;

export function openSamples(schema: Schema): Samples {
  ready();
  const [generator, validator] = [generator_for(textOf(schema)), validator_for(textOf(schema))];
  return {
    next: () => JSON.parse(generator.generate_value(depth)) as unknown,
    fits: (data) => validator.is_valid(JSON.stringify(data)),
    [Symbol.dispose]() {
      generator.free();
      validator.free();
    },
  };
}
