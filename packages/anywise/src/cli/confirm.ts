import { createInterface } from 'node:readline';
import type { Options } from './options.js';
import { Refusal } from './refusal.js';
import { visible } from './visible.js';
import type { Terminal } from './terminal.js';

/** @throws Refusal if something irreversible is not confirmed with `--yes`, and there is no terminal to ask on. */
export function requireConsent({ yes }: Options, { interactive }: Terminal): void {
  if (yes || interactive) return;
  throw new Refusal(2, 'This cannot be undone. There is no terminal to ask on, so confirm with `--yes`.');
}

/** Asks. Anything except a clear yes counts as a no, including the end of the input. */
export async function confirm(question: string, { input, errors }: Terminal): Promise<boolean> {
  const lines = createInterface({ input, output: errors, prompt: `${visible(question)} [y/N] ` });
  const answer = await new Promise<string>((resolve) => {
    lines.once('line', resolve);
    lines.once('close', () => resolve(''));
    lines.prompt();
  });
  lines.close();
  return /^y(es)?$/i.test(answer.trim());
}
