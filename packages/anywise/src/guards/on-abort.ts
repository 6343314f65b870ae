import { setMaxListeners } from 'node:events';

/** Calls back once the signal is aborted. Returns how to stop. */
export function onAbort(signal: AbortSignal, run: () => void): () => void {
  // All that a message sends shares its signal, and all of that may wait at once: no leak, as each one stops.
  setMaxListeners(0, signal);
  signal.addEventListener('abort', run, { once: true });
  return () => signal.removeEventListener('abort', run);
}
