import { setMaxListeners } from 'node:events';

/** Calls back once the signal is aborted. Returns a function that unsubscribes. */
export function onAbort(signal: AbortSignal, run: () => void): () => void {
  // Everything that a message sends shares its signal, and may wait at once: not a leak, because each unsubscribes.
  setMaxListeners(0, signal);
  signal.addEventListener('abort', run, { once: true });
  return () => signal.removeEventListener('abort', run);
}
