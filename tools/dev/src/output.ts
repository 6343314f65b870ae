import { styleText } from 'node:util';
import { prettyFactory } from 'pino-pretty';
import { launchedFromTerminal } from './launchers.js';

export interface OutputOptions {
  readonly slice: string;
  readonly colour: boolean;
  readonly write: (text: string) => void;
}

export interface Output {
  /** Writes a line that comes from the service. */
  readonly line: (text: string) => void;
  /** Writes a line about the service. */
  readonly say: (text: string) => void;
}

const colours = ['cyan', 'magenta', 'yellow', 'green', 'blue'] as const;
type Style = (typeof colours)[number] | 'bold';

/** Marks each line with its service and makes the log readable. */
export function createOutput({ slice, colour, write }: OutputOptions): Output {
  const pretty = prettyFactory({
    colorize: colour,
    ignore: 'pid,hostname,service',
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss.l',
  });
  // Whether the terminal shows colours is known by now.
  const paint = (style: Style, text: string) => (colour ? styleText(style, text, { validateStream: false }) : text);
  const prefix = `${paint(colourOf(slice), slice)} | `;
  return {
    line(text) {
      // Every line of pino begins like this. A line with a stack becomes several.
      const lines = text.startsWith('{"level":') ? pretty(text).trimEnd().split('\n') : [text];
      write(lines.map((line) => `${prefix}${line}\n`).join(''));
    },
    say: (text) => write(`${paint('bold', text)}\n`),
  };
}

/** Whether the output is for people who see colours. */
export function wantsColour(): boolean {
  const { NO_COLOR: no = '', FORCE_COLOR: force = '' } = process.env;
  if (no !== '' || force === '0') return false;
  return force !== '' || process.stdout.isTTY || launchedFromTerminal();
}

/** The same for a slice in every run. */
function colourOf(slice: string): Style {
  const sum = Buffer.from(slice).reduce((total, byte) => total + byte, 0);
  return colours[sum % colours.length] ?? 'cyan';
}
