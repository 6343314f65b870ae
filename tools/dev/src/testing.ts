import { setTimeout as delay } from 'node:timers/promises';

/** Returns what the probe finds, as soon as it finds something. */
export async function until<T>(goal: string, probe: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + 30_000;
  while (performance.now() < deadline) {
    const found = await probe();
    if (found !== undefined) return found;
    await delay(10);
  }
  throw new Error(`Waited 30 s for ${goal}.`);
}
