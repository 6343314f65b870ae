import { visible } from './visible.js';

/** The process in which a command runs. */
export interface Terminal {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly input: NodeJS.ReadableStream;
  /** Answers. */
  readonly output: Screen;
  /** Questions and errors. */
  readonly errors: Screen;
  /** Whether there is a user to ask. */
  readonly interactive: boolean;
  /** Resolves when the user or the system wants a command to end that does not end by itself. */
  readonly untilStopped: () => Promise<void>;
}

export type Screen = NodeJS.WritableStream & {
  /** The width of a line in letters; unknown if the output goes to a file or another program. */
  readonly columns?: number;
};

/**
 * Prints a text and ends the line. Messages and errors may contain control characters, which a terminal would obey: those
 * are escaped.
 */
export function print(screen: Screen, text: string): void {
  screen.write(`${visible(text)}\n`);
}
