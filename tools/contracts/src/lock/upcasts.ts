import type { LockedMessage } from './lock.js';
import { samplesOf, whyNoSamples } from './samples.js';
import type { MessageClass } from './snapshot.js';

/** How many samples of each older version are brought up to date. */
export const sampleCount = 200;

/** What an upcast made wrong of data that was valid once. */
export interface FailedUpcast {
  readonly from: number;
  /** The data, as JSON. */
  readonly sample: string;
  readonly reason: string;
}

/**
 * Brings samples of every older version up to date, as a bus does when it reads a stored message. Returns the first failure of
 * each version.
 */
export function failedUpcasts(message: MessageClass, locked: LockedMessage): readonly FailedUpcast[] {
  return Object.entries(locked.versions).flatMap(([version, { written }]) => {
    const from = Number(version);
    if (from >= message.version) return [];
    const known = written.filter((schema) => whyNoSamples(schema) === undefined);
    const share = Math.ceil(sampleCount / Math.max(1, known.length));
    const samples = known.flatMap((schema) => samplesOf(schema, share));
    for (const sample of samples) {
      const reason = failureOf(message, from, sample);
      if (reason !== undefined) return [{ from, sample: shortened(JSON.stringify(sample)), reason }];
    }
    return [];
  });
}

/** The older versions whose upcast cannot be tried, because no data can be made for it: one text each. */
export function untriedUpcasts(type: string, { versions, version: current }: LockedMessage): readonly string[] {
  return Object.entries(versions).flatMap(([version, { written }]) => {
    const reasons = Number(version) < current ? written.flatMap((schema) => whyNoSamples(schema) ?? []) : [];
    return reasons.map(
      (reason) => `${type}: upcast from version ${version}, which you have to test yourself: ${reason}`,
    );
  });
}

/** The reading of one older message, as the bus does it: step by step, then the schema. */
function failureOf(message: MessageClass, from: number, sample: unknown): string | undefined {
  let data = structuredClone(sample);
  for (let version = from; version < message.version; version += 1) {
    const step = message.upcast?.[version] as ((old: unknown) => unknown) | undefined;
    if (step === undefined) return `it has no step from version ${version} to ${version + 1}`;
    try {
      data = step(data);
    } catch (error) {
      return `the step from version ${version} throws: ${textOf(error)}`;
    }
  }
  try {
    message.parse(data);
    return undefined;
  } catch (error) {
    return textOf(error);
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function shortened(text: string): string {
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
