import { styleText } from 'node:util';
import { prettyFactory } from 'pino-pretty';

export interface OutputOptions {
  readonly slice: string;
  readonly colour: boolean;
  write(text: string): void;
}

export interface Output {
  /** Writes a line of the service's own. */
  line(text: string): void;
  /** Writes a line about the service. */
  say(text: string): void;
}

const colours = ['cyan', 'magenta', 'yellow', 'green', 'blue'] as const;

/** Tells one service's lines from another's and makes its log readable. */
export function createOutput({ slice, colour, write }: OutputOptions): Output {
  const pretty = prettyFactory({
    colorize: colour,
    ignore: 'pid,hostname,service',
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss.l',
  });
  const prefix = `${colour ? styleText(colourOf(slice), slice) : slice} | `;
  return {
    line(text) {
      // Every line of pino's begins like this. One with an error's stack becomes several.
      const lines = text.startsWith('{"level":') ? pretty(text).trimEnd().split('\n') : [text];
      write(lines.map((line) => `${prefix}${line}\n`).join(''));
    },
    say: (text) => write(`${colour ? styleText('yellow', text) : text}\n`),
  };
}

/** The same for a slice in every run. */
function colourOf(slice: string): (typeof colours)[number] {
  const sum = [...slice].reduce((total, letter) => total + letter.charCodeAt(0), 0);
  return colours[sum % colours.length] ?? 'cyan';
}
