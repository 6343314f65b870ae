import type { Abortable } from './lazy-signal.js';

/**
 * Returns the outcome of work, or rejects with the signal's reason as soon as it is aborted.
 *
 * @param letGo asked on abort; `false` means that it is too late to give up, and the work's outcome is awaited.
 */
export function untilAborted<T>(
  work: Promise<T>,
  signal: Abortable,
  letGo: () => Promise<boolean> = async () => true,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const giveUp = (): void => {
      const reason = signal.reason as Error;
      letGo().then((gone) => {
        if (gone) reject(reason);
      }, reject);
    };
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
    const forget = (): void => signal.removeEventListener('abort', giveUp);
    work.then(
      (outcome) => {
        forget();
        resolve(outcome);
      },
      () => {
        forget();
        resolve(work);
      },
    );
  });
}
