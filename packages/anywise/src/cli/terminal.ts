/** What a command sees of the process that it runs in. */
export interface Terminal {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly input: NodeJS.ReadableStream;
  /** Answers. */
  readonly output: Screen;
  /** Questions, and why something was not done. */
  readonly errors: Screen;
  /** Somebody sits there who can be asked. */
  readonly interactive: boolean;
}

export type Screen = NodeJS.WritableStream & {
  /** How many letters a line has; unknown where a file or another program reads. */
  readonly columns?: number;
};

/**
 * Prints a text and ends the line. Messages and errors come from anywhere, and a terminal obeys some characters: those are
 * spelled out.
 */
export function print(screen: Screen, text: string): void {
  const harmless = text.replace(/[^\P{Cc}\n\t]/gu, (control) => {
    return `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  screen.write(`${harmless}\n`);
}
