import { AnywiseError, type DeadLetter } from 'anywise';
import type { DashboardSource } from '../source.js';

/** What a listener would get of a dead letter now. */
export type Reading = { readonly data: unknown } | { readonly refused: string };

/** Reads a dead letter as the code of this process does; `undefined` where its contract is not known here. */
export function readingOf({ bus }: DashboardSource, letter: DeadLetter): Reading | undefined {
  if (bus === undefined) return undefined;
  try {
    // As JSON has it, so that it can be compared with what is stored.
    return { data: JSON.parse(JSON.stringify(bus.deadLetters.read(letter))) as unknown };
  } catch (error) {
    if (AnywiseError.is(error)) return { refused: error.message };
    // An upcast is code of the service, and may throw anything.
    return { refused: error instanceof Error ? error.message : String(error) };
  }
}
