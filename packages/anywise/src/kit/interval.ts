/** How work is repeated. */
export interface IntervalOptions {
  /** The time from the beginning of one round to that of the next, in milliseconds. */
  readonly everyMs: number;
  /** Told of a round that failed; the next one tries again. @defaultValue does nothing */
  readonly onError?: (error: unknown) => void;
}

/**
 * Repeats work that is not urgent, such as deleting old rows, first after `everyMs`. Rounds do not overlap, and do not keep
 * the process alive.
 *
 * @param work is told by the signal that it should come to an end.
 * @returns how to stop; resolves when no round runs any more. Idempotent.
 */
export function repeatEvery(
  work: (stop: AbortSignal) => Promise<unknown>,
  { everyMs, onError = () => undefined }: IntervalOptions,
): () => Promise<void> {
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
  const timer = setInterval(() => {
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
 * Repeats work while it does a whole batch or more, so that much can be deleted without holding up others for long. Stops
 * between two batches once `stop` is aborted.
 *
 * @param work does up to a batch, and gives how much it did.
 */
export async function whileFull(batchSize: number, work: () => Promise<number>, stop?: AbortSignal): Promise<void> {
  while ((await work()) >= batchSize && stop?.aborted !== true);
}
