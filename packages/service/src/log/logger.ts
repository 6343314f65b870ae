import { pino, stdSerializers, stdTimeFunctions, type DestinationStream, type Logger } from 'pino';
import type { LogLevel } from '../config/config.js';

/** Options of {@link createLogger}. */
export interface LoggerOptions {
  /** Bound to every line as `service`. */
  readonly slice: string;
  readonly level: LogLevel;
  /** @defaultValue stdout, written synchronously: what was logged before a kill is not lost. */
  readonly destination?: DestinationStream;
}

/** Creates a logger that writes one JSON object per line. Errors under `err` or `error` are written with stack and cause. */
export function createLogger({ slice, level, destination }: LoggerOptions): Logger {
  const options = {
    level,
    timestamp: stdTimeFunctions.isoTime,
    serializers: { err: describe, error: describe },
  };
  return pino(options, destination ?? stdout()).child({ service: slice });
}

/** Pino appends the messages of all causes to an error's own, which mostly repeats them. The stack has them anyway. */
function describe(error: unknown): unknown {
  const described: unknown = stdSerializers.err(error as Error);
  const { message } = (error ?? {}) as Partial<Error>;
  return described === error ? error : Object.assign(described as object, { message });
}

/** Pino's default writes asynchronously, and at exit retries for ever if the reader has gone. */
function stdout(): DestinationStream {
  return pino.destination({ dest: 1, sync: true });
}
