import { AnywiseError, type Logger } from 'anywise';
import { sleep } from 'anywise/kit';

export interface ReachOptions {
  readonly logger: Logger;
  /** Logs each failed attempt. */
  readonly onWait: (reason: string) => void;
  /** Aborting it gives up. */
  readonly signal: AbortSignal | undefined;
  /** The longest pause before the first attempt after a failure; doubles with each. @defaultValue 500 */
  readonly firstPauseMs?: number;
}

const longestPauseMs = 15_000;

/**
 * Checks a store until it can be reached. If it can be reached but not used, for example because of a wrong password, this
 * rejects at once: no further attempt would help.
 */
export async function untilReached(
  name: string,
  part: { check(): Promise<void> },
  { logger, onWait, signal, firstPauseMs = 500 }: ReachOptions,
): Promise<void> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    signal?.throwIfAborted();
    try {
      await part.check();
      return;
    } catch (err) {
      if (!AnywiseError.is(err) || !err.retryable) throw err;
      const reason = `the ${name} cannot be reached`;
      const retryInMs = Math.round(pauseMs * (0.5 + Math.random() / 2));
      onWait(reason);
      logger.warn({ err, retryInMs }, `${reason.replace('the', 'The')}, and is retried`);
      await sleep(retryInMs, { ...(signal !== undefined && { signal }) });
    }
  }
}
