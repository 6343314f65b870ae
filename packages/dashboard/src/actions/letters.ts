import type { DeadLetter, DeadLetterFilter } from 'anywise';
import type { DashboardSource } from '../source.js';

/** Makes dead letters due again. Returns how many. */
export async function replayLetters(
  { store }: DashboardSource,
  who: string,
  filter: DeadLetterFilter,
): Promise<number> {
  return store.deadLetters.replay(filter, who);
}

/** Discards dead letters for good. Returns how many. */
export async function discardLetters(
  { store }: DashboardSource,
  who: string,
  filter: DeadLetterFilter,
): Promise<number> {
  return store.deadLetters.discard(filter, who);
}

/** Replaces the envelope of a dead letter. `false` if there is no such letter any more, or if it has been edited since. */
export async function editLetter(
  { store }: DashboardSource,
  who: string,
  letter: DeadLetter,
  json: string,
): Promise<boolean> {
  return store.deadLetters.edit(letter, json, who, letter.json);
}
