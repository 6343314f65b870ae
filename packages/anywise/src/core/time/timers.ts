import { setTimeout as wait } from 'node:timers/promises';
import { longestTimerMs } from './longest.js';

export { longestTimerMs };

/** `setTimeout` for any number of milliseconds, capped at about 24 days. */
export function startTimer(run: () => void, afterMs: number): NodeJS.Timeout {
  return setTimeout(run, possible(afterMs));
}

/** `setInterval` for any number of milliseconds, capped at about 24 days. */
export function startInterval(run: () => void, everyMs: number): NodeJS.Timeout {
  return setInterval(run, possible(everyMs));
}

/**
 * Resolves after a while, at the latest after about 24 days. Rejects once the signal is aborted.
 *
 * @param options `keepsAlive`: whether the process goes on for it, as it does by default
 */
export async function sleep(
  ms: number,
  { signal, keepsAlive = true }: { readonly signal?: AbortSignal; readonly keepsAlive?: boolean } = {},
): Promise<void> {
  await wait(possible(ms), undefined, { ref: keepsAlive, ...(signal !== undefined && { signal }) });
}

/** Node makes 1 ms of what is too long, and warns. */
function possible(ms: number): number {
  return Math.min(ms, longestTimerMs);
}
