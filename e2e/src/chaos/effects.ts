import { textOf, type Numbered } from './messages.js';

/** What is wrong with what a listener did, a text for each. */
export interface EffectFaults {
  readonly lost: readonly string[];
  readonly duplicate: readonly string[];
  readonly disordered: readonly string[];
}

/** Compares a listener's effects, in the order in which they were committed, with those that are due. More may be there. */
export function compareEffects(listener: string, effects: readonly Numbered[], due: readonly Numbered[]): EffectFaults {
  const duplicate: string[] = [];
  const disordered: string[] = [];
  const done = new Set<string>();
  const highest = new Map<string, number>();
  for (const effect of effects) {
    const text = textOf(effect);
    const before = highest.get(effect.key) ?? 0;
    if (done.has(text)) duplicate.push(`${listener}: ${text}`);
    else if (effect.n < before) disordered.push(`${listener}: ${text} after ${before}`);
    highest.set(effect.key, Math.max(effect.n, before));
    done.add(text);
  }
  const lost = [...new Set(due.map(textOf))].filter((text) => !done.has(text)).map((text) => `${listener}: ${text}`);
  return { lost, duplicate, disordered };
}
