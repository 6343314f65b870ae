/** Where the bus tells what goes on. Any `pino` logger fits. */
export interface Logger {
  /** For those who look for a fault in the bus itself. */
  debug(details: object, text: string): void;
  /** What happens in normal operation. */
  info(details: object, text: string): void;
  /** What went wrong, and is tried again or overcome by itself. */
  warn(details: object, text: string): void;
  /** What went wrong and needs someone to look at it. */
  error(details: object, text: string): void;
}

/** Says nothing but warnings and errors, to the console. The default. */
export const consoleLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: (details, text) => console.warn(text, details),
  error: (details, text) => console.error(text, details),
};

/** The same logger, except that it never throws: what it cannot write, such as a strange error on a full disk, is lost. */
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
