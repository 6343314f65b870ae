import { createInterface } from 'node:readline';
import type { Options } from './options.js';
import { Refusal } from './refusal.js';
import type { Terminal } from './terminal.js';

/** @throws Refusal where what cannot be taken back is neither confirmed with `--yes` nor can be asked about. */
export function requireConsent({ yes }: Options, { interactive }: Terminal): void {
  if (yes || interactive) return;
  throw new Refusal(2, 'What is discarded is gone for good, and there is nobody to ask. Confirm it with `--yes`.');
}

/** Asks, and takes anything but a clear yes, the end of the input included, for a no. */
export async function confirm(question: string, { input, errors }: Terminal): Promise<boolean> {
  const lines = createInterface({ input, output: errors, prompt: `${question} [y/N] ` });
  const answer = await new Promise<string>((resolve) => {
    lines.once('line', resolve);
    lines.once('close', () => resolve(''));
    lines.prompt();
  });
  lines.close();
  return /^y(es)?$/i.test(answer.trim());
}
