/** Where the bus tells what goes on. Any `pino` logger fits. */
export interface Logger {
  debug(details: object, text: string): void;
  info(details: object, text: string): void;
  warn(details: object, text: string): void;
  error(details: object, text: string): void;
}

/** Says nothing but warnings and errors, to the console. The default. */
export const consoleLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: (details, text) => console.warn(text, details),
  error: (details, text) => console.error(text, details),
};
