import { startTimer } from '../time/timers.js';
import type { Outage } from '../delivery/outage.js';

/** A store or a transport that can be checked. */
export interface Part {
  check(): Promise<void>;
  /** Told what its checks find. */
  readonly outage: Outage;
}

/**
 * Makes a check of the parts of a bus. It returns one text for each part that cannot be used, which only names the part,
 * because probes show it to anyone. The reason goes to the log when the part first fails, and a note when it recovers.
 */
export function createPartChecks(
  parts: Readonly<Record<string, Part | undefined>>,
): (timeoutMs?: number) => Promise<readonly string[]> {
  const reasonOf = async (name: string, part: Part, timeoutMs: number | undefined): Promise<string | undefined> => {
    try {
      await within(timeoutMs, part.check());
      part.outage.succeeded('check');
      return undefined;
    } catch (error) {
      part.outage.failed('check', error);
      return error instanceof Silence
        ? `the ${name} did not answer within ${timeoutMs} ms`
        : `the ${name} cannot be used`;
    }
  };

  return async (timeoutMs) => {
    const present = Object.entries(parts).flatMap(([name, part]) => (part === undefined ? [] : [{ name, part }]));
    const reasons = await Promise.all(present.map(({ name, part }) => reasonOf(name, part, timeoutMs)));
    return reasons.filter((reason) => reason !== undefined);
  };
}

class Silence extends Error {
  override readonly name = 'Silence';
}

async function within(timeoutMs: number | undefined, work: Promise<void>): Promise<void> {
  if (timeoutMs === undefined) return work;
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = startTimer(() => reject(new Silence(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    await Promise.race([work, silence]);
  } finally {
    clearTimeout(timer);
  }
}
