import { openSamples } from './jsoncompat.js';
import type { Schema } from './schema.js';

/** Why no data can be made that fits a schema; `undefined` if some can. */
export function whyNoSamples(schema: Schema): string | undefined {
  try {
    samplesOf(schema, 1);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * Data that fits a schema, different each time. The generator likes small numbers, so numbers are also pushed to their
 * limits, as far as the schema lets them.
 *
 * @throws if the generator cannot make any, as for most patterns with a lookahead.
 */
export function samplesOf(schema: Schema, count: number): readonly unknown[] {
  using samples = openSamples(schema);
  return Array.from({ length: count }, (_, index) => {
    const sample = samples.next();
    const wide = widened(sample, numbers[index % numbers.length] ?? 0, samples.fits);
    return wide;
  });
}

const numbers = [0, 1, -1, 0.5, 999, 123_456.789, 2 ** 31, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];

/** A copy whose numbers are another one, each where the whole still fits. */
function widened(sample: unknown, number: number, fits: (data: unknown) => boolean): unknown {
  let current = structuredClone(sample);
  for (const path of numbersIn(sample)) {
    const changed = structuredClone(current);
    if (path.length === 0) return fits(number) ? number : current;
    setAt(changed, path, number);
    if (fits(changed)) current = changed;
  }
  return current;
}

type Path = readonly string[];

function numbersIn(value: unknown, path: Path = []): Path[] {
  if (typeof value === 'number') return [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]: [string, unknown]) => numbersIn(item, [...path, key]));
}

function setAt(value: unknown, path: Path, number: number): void {
  let parent = value as Record<string, unknown>;
  for (const key of path.slice(0, -1)) parent = parent[key] as Record<string, unknown>;
  const last = path.at(-1);
  if (last !== undefined) parent[last] = number;
}
