import { withMethods } from '../errors/options.js';

/** Where the bus logs what it does. Any `pino` logger fits. */
export interface Logger {
  /** Details for debugging the bus itself. */
  debug(details: object, text: string): void;
  /** What happens in normal operation. */
  info(details: object, text: string): void;
  /** What went wrong but is retried or recovers without help. */
  warn(details: object, text: string): void;
  /** What went wrong and needs attention. */
  error(details: object, text: string): void;
}

export const loggerCheck = withMethods(
  'a logger, with `debug`, `info`, `warn` and `error`',
  'debug',
  'info',
  'warn',
  'error',
);

/** Writes warnings and errors to the console. The default. */
export const consoleLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: (details, text) => console.warn(text, details),
  error: (details, text) => console.error(text, details),
};

/** The same logger, but it never throws: an entry that it cannot write, for example on a full disk, is lost. */
export function safeLogger(logger: Logger): Logger {
  const safe =
    (level: keyof Logger) =>
    (details: object, text: string): void => {
      try {
        logger[level](details, text);
      } catch {
        // The work that is being logged matters more than its log.
      }
    };
  return { debug: safe('debug'), info: safe('info'), warn: safe('warn'), error: safe('error') };
}
