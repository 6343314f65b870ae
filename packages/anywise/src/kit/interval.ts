import { startInterval } from '../core/time/timers.js';
import { checkOptions, milliseconds, ofType } from '../core/errors/options.js';

/** Options of {@link repeatEvery}. */
export interface IntervalOptions {
  /** The time from the start of one round to the start of the next, in milliseconds. */
  readonly everyMs: number;
  /** Called when a round fails; the next one tries again. @defaultValue does nothing */
  readonly onError?: (error: unknown) => void;
}

/**
 * Repeats work that is not urgent, such as deleting old rows, for the first time after `everyMs`. Rounds do not overlap, and
 * do not keep the process alive.
 *
 * @param work gets a signal that tells it to finish.
 * @returns a function that stops it and resolves once no round is running. Idempotent.
 */
export function repeatEvery(
  work: (stop: AbortSignal) => Promise<unknown>,
  options: IntervalOptions,
): () => Promise<void> {
  checkOptions('`repeatEvery`', options, { everyMs: milliseconds(1), onError: ofType('function') }, ['everyMs']);
  const { everyMs, onError = () => undefined } = options;
  const stop = new AbortController();
  let running: Promise<void> | undefined;
  const round = async (): Promise<void> => {
    try {
      await work(stop.signal);
    } catch (error) {
      onError(error);
    } finally {
      running = undefined;
    }
  };
  const timer = startInterval(() => {
    running ??= round();
  }, everyMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    stop.abort();
    await running;
  };
}

/**
 * Repeats work for as long as it does a whole batch, so that many rows can be deleted without blocking others for long.
 * Stops between two batches once `stop` is aborted.
 *
 * @param work does up to a batch, and returns how much it did.
 */
export async function whileFull(batchSize: number, work: () => Promise<number>, stop?: AbortSignal): Promise<void> {
  while ((await work()) >= batchSize && stop?.aborted !== true);
}
