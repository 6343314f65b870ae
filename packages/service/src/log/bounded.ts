import type { Logger } from 'anywise';
import { startTimer } from 'anywise/kit';

/** Options of {@link boundRepeats}. */
export interface BoundOptions {
  /**
   * How long repeats are counted before they are logged, in milliseconds; doubles while they continue, up to 32 times.
   * @defaultValue 10_000
   */
  readonly windowMs?: number;
  /** How many kinds of failures are distinguished at a time; the rest counts as one. @defaultValue 100 */
  readonly mostKinds?: number;
}

/** A failure that has been logged, and how often it happened since. */
interface Kind {
  readonly key: string;
  readonly level: 'warn' | 'error';
  readonly text: string;
  details: object;
  repeats: number;
}

const longestWindow = 32;
const otherKinds = 'other kinds';

/**
 * A logger that writes a failure the first time, and from then on only how often it happened again. A failure is a warning
 * or an error with an error under `err`; two are of the same kind if text, listener and error are equal. Other lines pass
 * unchanged.
 */
export function boundRepeats(logger: Logger, { windowMs = 10_000, mostKinds = 100 }: BoundOptions = {}): Logger {
  const kinds = new Map<string, Kind>();

  const countFor = (kind: Kind, ms: number): void => {
    const timer = startTimer(() => {
      const { repeats, level, text } = kind;
      if (repeats === 0) {
        kinds.delete(kind.key);
        return;
      }
      kind.repeats = 0;
      logger[level]({ ...kind.details, repeats }, `${text} (${repeats} more in ${ms / 1000} s)`);
      countFor(kind, Math.min(ms * 2, windowMs * longestWindow));
    }, ms);
    timer.unref();
  };

  const write = (level: Kind['level'], details: Failure, text: string): void => {
    if (details.err === undefined) {
      logger[level](details, text);
      return;
    }
    const ownKey = keyOf(level, details, text);
    const key = kinds.has(ownKey) || kinds.size < mostKinds ? ownKey : otherKinds;
    const known = kinds.get(key);
    if (known !== undefined) {
      known.repeats++;
      known.details = details;
      return;
    }
    const kind = { key, level, text: key === otherKinds ? 'Further failures' : text, details, repeats: 0 };
    kinds.set(key, kind);
    logger[level](details, text);
    countFor(kind, windowMs);
  };

  return {
    debug: (details, text) => logger.debug(details, text),
    info: (details, text) => logger.info(details, text),
    warn: (details, text) => write('warn', details, text),
    error: (details, text) => write('error', details, text),
  };
}

interface Failure {
  readonly err?: unknown;
  readonly listener?: unknown;
}

function keyOf(level: string, { err, listener }: Failure, text: string): string {
  const { code, message } = (typeof err === 'object' && err !== null ? err : {}) as Partial<Record<string, unknown>>;
  return JSON.stringify([level, text, listener, code, message ?? String(err)]).slice(0, 500);
}
