import type { Logger } from 'anywise';
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
 * Checks a store or a transport until it can be reached. If it can be reached but not used, for example because of a wrong
 * password, this rejects at once: no further attempt would help.
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
      if (!isUnreachable(err)) throw err;
      const reason = `the ${name} cannot be reached`;
      const retryInMs = Math.round(pauseMs * (0.5 + Math.random() / 2));
      onWait(reason);
      logger.warn({ err, retryInMs }, `${reason.replace('the', 'The')}, and is retried`);
      await sleep(retryInMs, { ...(signal !== undefined && { signal }) });
    }
  }
}

/** Of the network and of the name service. */
const networkCodes =
  /^(?:E(?:CONN(?:REFUSED|RESET|ABORTED)|PIPE|TIMEDOUT|NOTFOUND|AI_AGAIN)|E(?:HOST|NET)(?:UNREACH|DOWN))$/;
/** SQLSTATEs of lost connections, of a server that starts or stops, and of one that has too many clients. */
const serverCodes = /^(?:08...|57P0[123]|53300)$/;
/** Driver errors without a code. */
const texts = /connection terminated|timeout exceeded when trying to connect|timeout expired|database is locked/i;

/** Whether nothing answered, or the server is not up yet, so that waiting may help. */
export function isUnreachable(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { code, message, syscall, cause, errors = [] } = error as Partial<Failure>;
  if (networkCodes.test(String(code)) || serverCodes.test(String(code)) || texts.test(String(message))) return true;
  // A Unix socket that no server has created yet.
  if (code === 'ENOENT' && syscall === 'connect') return true;
  return isUnreachable(cause) || errors.some(isUnreachable);
}

interface Failure {
  readonly code: unknown;
  readonly message: unknown;
  readonly syscall: unknown;
  readonly cause: unknown;
  /** Of an `AggregateError`: a host with several addresses. */
  readonly errors: readonly unknown[];
}
