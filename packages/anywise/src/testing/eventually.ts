import { sleep } from '../core/time/timers.js';

/**
 * Waits until a check no longer throws, and returns its result.
 *
 * @param timeoutMs after which the check's last failure is thrown. @defaultValue 30_000
 */
export async function eventually<T>(check: () => T | Promise<T>, timeoutMs = 30_000): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(5);
    }
  }
}
