import { setTimeout as delay } from 'node:timers/promises';

/** On a machine that is busy enough, a process takes half a minute to start. */
const longestMs = 120_000;

/** Returns what the probe finds, as soon as it finds something. */
export async function until<T>(goal: string, probe: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + longestMs;
  while (performance.now() < deadline) {
    const found = await probe();
    if (found !== undefined) return found;
    await delay(10);
  }
  throw new Error(`Waited ${longestMs / 1000} s for ${goal}.`);
}
